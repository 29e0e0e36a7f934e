"""The Gainwell Healthcare Portal as one state's Medicaid runs it: four states, four sign-ins, the same pages.

Built from what is publicly known of the screens. Everything goes by full postbacks; the module numbers in the controls' ids are others in
every session; menu links carry a token that is good on the page it stands on and nowhere else. What nothing public says is invented here:
the columns of the eligibility sections, the words of most messages, paging, how adjustment reasons show on a claim, which payment it names,
and of the payment history everything but its place in the menu (in Colorado and Rhode Island that too is inferred) and the banner's page.
"""
