"""The twin of the UnitedHealthcare Provider Portal: a single page with generated class names, its sign-in on a host of its own.

Documented, and kept word for word: the links and their test ids, the fields of the eligibility form and of the claim search, the masked
dates, "Policy Selected:" and the form of a status, the labels of plan, deductibles and services, the words of not-found messages and
their three places, "Please wait while we retrieve", the test ids of the claim list, of the pop-up and of an opened claim, the accordion
with payments, CARC and remark codes behind a line. From a forum: adjudicated claims of a month can be exported as CSV, in which a claim
stands once for every time it was processed.

Invented, because nothing public says (selectors mark them ``invented``):

- shell: the menus' other entries, that the claims menu stays open over the page, "Sign Out" behind the user's name, cookie banner, survey.
- eligibility: "Member Name & Date of Birth", labels of the name fields, "Custom date", that the date's limits are two years back and 60
  days ahead; "Date of Service" and "Transaction ID" on the answer; sections beyond their documented titles and labels: the services' table
  and its words, telehealth, authorization, visits, messages, other insurers; how a carve-out is written; which message comes in which
  place; that a search by member id sometimes finds nobody the first time.
- claims: "Claim number" and "Dates of service" as search types, the words of the choices, 90 days as the longest span, columns and their
  order, paging by tens, status words for claims that are none of Paid, Denied, Pending, Finalized or Misdirected, adjudication status
  words, `overview-received-date`, `overview-processed-date`, `overview-last-dos`, `overview-message`, `overview-requested`,
  `overview-related`, `bs-allowed-content`, what follows `cob-` and that nothing was ever coordinated; columns of the
  lines; that a search covers one provider until the whole TIN is chosen.
- documents: that payment documents are kept 24 months, come the day after the payment, are found quickly by TIN and by member id and birth
  date in any 90 days, and need a role, is documented; everything else of the pages is invented: the letters among them, their columns, the
  words, paging, and all of TrackIt but its name and that it lists actions.
- authorizations: that the tool is called "Prior Authorization and Notification", and says whether a plan needs prior authorization,
  notification or a referral, is documented; everything else is invented: its pages, fields, lists, codes, questions and statuses, that a
  note is cut off without a word, that programs of whole days are reviewed elsewhere, that a second request is stopped and the first one
  named, that a search takes two years of service dates, that a request is shown at once.
"""
