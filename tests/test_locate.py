"""Elements on real pages: found by several ways, on frames that come and go, put in and read back, and waited for with an open ear."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import date

import pytest

from payerbot.browser import element, locate, tabs
from payerbot.browser.element import same
from payerbot.browser.locate import Element, Screen, Tab
from payerbot.errors import PageChanged, PortalDown, PortalError, PortalSlow, ReadBackMismatch, RunError, StopAsked
from tests.browser_support import Desktop, started
from tests.small_site import Asked, Reply, Site, moved

TYPED = "Zebra-7731"  # stands for whatever must not be repeated


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    with Site() as site, started(tmp_path_factory.mktemp("run"), [site.host()]) as context:
        yield Desktop(context, site)


@pytest.fixture
def desk(shared: Desktop) -> Desktop:
    shared.clear()
    return shared


class Ear:
    """Hears that someone asks to stop, from the second time it listens on."""

    def __init__(self) -> None:
        self.listened = 0

    def __call__(self) -> None:
        self.listened += 1
        if self.listened > 1:
            raise StopAsked("asked to stop")


# --- several ways, in order ----------------------------------------------------------------------------------------------------------

OLD_PAGE = "<div class=member-old>old</div>"
NEW_PAGE = "<label for=m>Member ID</label><input id=m value=new>"
TWO_WAYS = {"member": [{"label": "Member ID"}, "div.member-old"]}


@pytest.mark.parametrize("html, shown", [(NEW_PAGE, "new"), (OLD_PAGE, "old"), (OLD_PAGE + NEW_PAGE, "new")])
def test_two_generations_of_a_page_are_found_by_their_own_ways_the_first_way_first(desk: Desktop, html: str, shown: str) -> None:
    assert desk.show(html, TWO_WAYS)["member"].text() == shown


def test_a_later_way_is_used_while_the_first_shows_nothing(desk: Desktop) -> None:
    form = desk.show("<label for=m hidden>Member ID</label><input id=m style='display:none'>" + OLD_PAGE, TWO_WAYS)
    assert form["member"].text() == "old"


def test_hidden_copies_of_an_earlier_step_do_not_hide_the_one_that_shows(desk: Desktop) -> None:
    html = "<section hidden><button>Next</button></section><section><button onclick=\"document.title='pressed'\">Next</button></section>"
    form = desk.show(html, {"next": {"role": "button", "name": "Next"}, "css": "button"})
    form["css"].click()
    assert desk.page.title() == "pressed"
    assert form["css"].count() == 1


@pytest.mark.parametrize(
    "html, way",
    [
        ("<label for=m>Member ID<span aria-hidden=true>\u2009*</span></label><input id=m value=7>", {"label": "Member ID"}),
        ("<label for=m>Member ID:</label><input id=m value=7>", {"label": "Member ID"}),
        ("<label>Member ID (required) <input value=7></label>", {"label": "Member ID"}),
        ("<input aria-label='Member ID' value=7>", {"role": "textbox", "name": "Member ID"}),
        ("<input placeholder='Member ID' value=7>", {"placeholder": "Member ID"}),
        ("<input title='Member ID' value=7>", {"title": "Member ID"}),
        ("<input data-testid=member value=7>", {"test_id": "member"}),
        ("<p>Member ID</p><input value=7>", {"beside": "Member ID"}),
    ],
)
def test_each_kind_of_way_finds_its_field(desk: Desktop, html: str, way: dict[str, str]) -> None:
    assert desk.show(f"<label for=f>Forgot your Member ID?</label><input id=f>{html}", {"member": way})["member"].value() == "7"


def test_an_element_within_another_is_looked_for_in_each_way_of_it(desk: Desktop) -> None:
    ways = {"card": ["#card", "section.old-card"], "plan": {"css": "b", "why": "x", "within": "card"}}
    form = desk.show("<b>not this</b><section class=old-card><b>Gold PPO</b></section>", ways)
    assert form["plan"].text() == "Gold PPO"


def test_values_of_a_search_stand_in_for_placeholders_also_with_quotes(desk: Desktop) -> None:
    html = "<i data-of=\"O'Brien\">1</i><i data-of='say \"hi\"'>2</i><button>Open O'Brien</button>"
    form = desk.show(html, {"of": "i[data-of='{name}']", "open": {"role": "button", "name": "Open {name}"}})
    assert form.element("of", name="O'Brien").text() == "1"
    assert form.element("of", name='say "hi"').text() == "2"
    assert form.element("open", name="O'Brien").text() == "Open O'Brien"


def test_a_name_the_selectors_do_not_have_is_said_not_guessed(desk: Desktop) -> None:
    form = desk.show("<p>hello</p>", {"row": "tr[data-id='{claim}']"})
    with pytest.raises(RunError, match="no 'submit' on the screen 'form'"):
        form["submit"]
    with pytest.raises(RunError, match="needs a value for claim"):
        form["row"]
    with pytest.raises(RunError, match="no screen 'results'"):
        desk.tab({"form": {}}).screen("results")
    assert ("row" in form, "submit" in form) == (True, False)


def test_selectors_check_sees_which_ways_match_now(desk: Desktop) -> None:
    form = desk.show("<p id=here>x</p>", {"a": ["#here", "#gone"], "b": "#of-{claim}"})
    assert [(key, number, there) for key, number, _, there in form.ways()] == [("landmark", 0, True), ("a", 0, True), ("a", 1, False)]


# --- fields without a name of their own ----------------------------------------------------------------------------------------------

TABLE_FORM = """
<table><tr><td>Member ID:</td><td><input id=member></td><td>Group <b>No.</b></td><td><input id=group disabled value="G-77"></td></tr>
<tr><td>Patient's name</td><td>Doe, Jane</td><td>Last visit</td><td></td></tr></table>
<div><b>Status:</b> Active <br><b>Plan:</b> <span>Gold</span></div>
<dl><dt>Copay</dt><dd><em>$20</em> a visit</dd><dt>Deductible</dt><dd>$500</dd></dl>
<p>Provider <button id=help>?</button><input id=provider></p>
<div>Find patient <button id=lens onclick="document.title='lens'"><svg width=9 height=9></svg></button></div>
"""


@pytest.mark.parametrize(
    "words, css",
    [("Member ID", "#member"), ("Group No.", "#group"), ("Provider", "#provider"), ("Find patient", "#lens")],
)
def test_the_field_or_button_beside_its_words_is_found(desk: Desktop, words: str, css: str) -> None:
    form = desk.show(TABLE_FORM, {"it": {"beside": words}})
    assert f"#{form['it'].attribute('id')}" == css


@pytest.mark.parametrize(
    "words, value", [("Patient's name", "Doe, Jane"), ("Copay", "$20 a visit"), ("Deductible", "$500"), ("Plan", "Gold")]
)
def test_the_value_beside_its_words_is_read(desk: Desktop, words: str, value: str) -> None:
    assert desk.show(TABLE_FORM, {"it": {"beside": words}})["it"].text() == value


@pytest.mark.parametrize("words", ["Status", "Member", "Absent"])
def test_what_stands_beside_no_such_words_is_not_there(desk: Desktop, words: str) -> None:
    assert not desk.show(TABLE_FORM, {"it": {"beside": words}})["it"].visible()


def test_a_button_without_a_name_is_clicked_by_the_words_beside_it(desk: Desktop) -> None:
    desk.show(TABLE_FORM, {"lens": {"beside": "Find patient"}})["lens"].click()
    assert desk.page.title() == "lens"


def test_a_disabled_field_is_read_like_any_other(desk: Desktop) -> None:
    html = "<label for=n>Plan</label><input id=n disabled value=' Gold '><select id=s disabled><option value=2>Self</option></select>"
    form = desk.show(html, {"plan": {"label": "Plan"}, "relation": "#s"})
    assert (form["plan"].value(), form["plan"].text()) == ("Gold", "Gold")
    assert (form["relation"].value(), form["relation"].text()) == ("2", "Self")


def test_all_fields_of_a_form_are_read_by_their_labels_but_no_password(desk: Desktop) -> None:
    html = """<section id=f><label for=a>Plan *</label><input id=a disabled value=Gold>
    <label>Relation <select><option>Self</option><option selected>Child</option></select></label>
    <span id=l1>Visits</span> <input aria-labelledby=l1 value=12> <table><tr><td>Group:</td><td><input value=G-7></td></tr></table>
    <label>Active <input type=checkbox checked></label> <label>Male <input type=radio name=s></label><label>Female
    <input type=radio name=s checked value=F></label> <label>Password <input type=password value=secret></label>
    <label hidden>Old <input value=x></label></section>"""
    assert desk.show(html, {"all": "#f"})["all"].fields() == {
        "Plan": "Gold",
        "Relation": "Child",
        "Visits": "12",
        "Group": "G-7",
        "Active": "yes",
        "Female": "F",
    }


# --- frames --------------------------------------------------------------------------------------------------------------------------

BODY_FRAME = {"css": "iframe#body", "why": "x"}


def in_frame(desk: Desktop, html: str, elements: dict[str, object], *, seconds: float = 10.0) -> Screen:
    return desk.show(html, {"frame": ["page", BODY_FRAME], **elements}, seconds=seconds)


def test_an_element_is_found_on_the_page_or_in_the_frame(desk: Desktop) -> None:
    for html in ("<input id=u value=here>", "<iframe id=body srcdoc='<input id=u value=here>'></iframe>"):
        assert in_frame(desk, html, {"user": "#u"})["user"].value() == "here"


REPLACED_FRAME = """<div id=host></div><script>
  let turn = 0;
  const again = () => {
    turn += 1;
    host.innerHTML = '<iframe id=body></iframe>';
    const form = '<input id=u><p id=said></p><script>u.oninput = () => said.textContent = u.value<\\/script>';
    host.firstChild.srcdoc = turn < 5 ? '<p>loading</p>' : form;
    if (turn < 5) setTimeout(again, 120);
  };
  again();
</script>"""


def test_a_frame_that_is_torn_out_and_replaced_while_waiting_is_found_again(desk: Desktop) -> None:
    form = in_frame(desk, REPLACED_FRAME, {"user": "#u", "said": "#said"})
    assert form["user"].wait()
    form["user"].fill("jdoe")
    assert form["said"].text() == "jdoe"


def test_a_frame_that_is_replaced_between_two_steps_is_no_trouble(desk: Desktop) -> None:
    form = in_frame(desk, "<iframe id=body srcdoc='<input id=u value=1>'></iframe>", {"user": "#u"})
    user = form["user"]
    assert user.value() == "1"
    desk.page.evaluate("document.body.innerHTML = \"<iframe id=body srcdoc='<input id=u value=2>'></iframe>\"")
    assert user.value() == "2"


def test_words_are_those_a_person_can_read_on_the_page_and_in_its_frames(desk: Desktop) -> None:
    desk.site.pages["/inner"] = "<p>Active Coverage</p><iframe srcdoc='<p>Copay $20</p>'></iframe>"
    outside = desk.site.url("/ad", "outside")
    html = f"<h1>Eligibility</h1><p hidden>not shown</p><iframe src=/inner></iframe><iframe src={outside}></iframe>"
    form = desk.show(html + "<iframe hidden srcdoc='<p>prefetched</p>'></iframe>", {})
    tab = desk.tab({"form": {}})
    assert form.here()
    assert tab.until(lambda: "Copay $20" in tab.words(), None, "words")
    assert [line for line in tab.words().splitlines() if line] == ["Eligibility", "Active Coverage", "Copay $20"]


# --- filling and reading back --------------------------------------------------------------------------------------------------------


def test_a_field_is_filled_and_shows_it(desk: Desktop) -> None:
    form = desk.show("<input id=m value=before>", {"member": "#m"})
    form["member"].fill("W123456789")
    assert form["member"].value() == "W123456789"


@pytest.mark.parametrize(
    "shown, wanted, holds",
    [
        ("W123", "W123", True),
        ("w123", "W123", True),
        (" W123 ", "W123", True),
        ("01/15/1980", "01151980", True),
        ("$1,250.00", "1250.00", True),
        ("(555) 123-4567", "5551234567", True),
        ("SMITH JONES", "Smith  Jones", True),
        ("OBrien", "O'Brien", False),
        ("Smith", "Smith-Jones", False),
        ("W12", "W123", False),
        ("125000", "1250.00", False),
        ("", "W123", False),
        ("W123", "", False),
    ],
)
def test_a_mask_may_change_separators_and_capitals_but_nothing_else(shown: str, wanted: str, holds: bool) -> None:
    assert same(shown, wanted) is holds


KEYS_ONLY = """<input id=d><script>
  let kept = '';
  d.onkeydown = e => {
    if (/^\\d$/.test(e.key) && kept.length < 8) kept += e.key;
    if (e.key === 'Backspace') kept = '';
    e.preventDefault(); show();
  };
  const show = () => { d.value = kept.replace(/^(..)(..)(.*)$/, '$1/$2/$3'); };
  d.oninput = show;
</script>"""


def test_a_masked_field_that_takes_key_presses_only_gets_them(desk: Desktop) -> None:
    form = desk.show(KEYS_ONLY, {"born": "#d"})
    form["born"].fill("04091987")
    assert form["born"].value() == "04/09/1987"


@pytest.mark.parametrize(
    "html",
    [
        "<input id=m oninput=\"this.value=''\">",
        "<input id=m maxlength=5>",
        "<input id=m oninput=\"this.value=this.value.replace(/[A-Z]/g,'')\">",
    ],
)
def test_a_field_that_does_not_keep_what_was_typed_is_a_mismatch(desk: Desktop, html: str) -> None:
    form = desk.show(html, {"member": "#m"})
    for put in (form["member"].fill, form["member"].fill_secret):
        with pytest.raises(ReadBackMismatch, match=r"form\.member: the field does not keep what was typed"):
            put("W123456789")


def test_before_it_is_sent_a_form_is_looked_at_once_more(desk: Desktop) -> None:
    html = "<input id=m><input id=d><button onclick=\"m.value=''\">Choose another payer</button>"
    form = desk.show(html, {"member": "#m", "born": "#d", "payer": {"role": "button", "name": "Choose another payer"}})
    form["member"].fill("W123")
    form["born"].fill_date(date(1987, 4, 9))
    form.kept()
    form["member"].fill("W123")
    form["payer"].click()
    with pytest.raises(ReadBackMismatch, match=r"form\.member: the field no longer shows what was put into it"):
        form.kept()
    form.kept()  # said once


def test_a_box_is_ticked_and_unticked_and_one_that_does_not_keep_it_is_a_mismatch(desk: Desktop) -> None:
    form = desk.show("<input type=checkbox id=a><input type=checkbox id=b onclick='return false'>", {"a": "#a", "b": "#b"})
    form["a"].check()
    assert desk.page.locator("#a").is_checked()
    form["a"].check(on=False)
    assert not desk.page.locator("#a").is_checked()
    with pytest.raises(ReadBackMismatch):
        form["b"].check()


# --- native lists --------------------------------------------------------------------------------------------------------------------

RELATION = "<select id=r>{}</select><script>setTimeout(() => r.append(new Option('Other\u00a0 Adult')), 300)</script>"


def test_an_option_of_a_native_list_is_chosen_also_one_that_comes_late(desk: Desktop) -> None:
    form = desk.show(RELATION.format("<option>Self<option>Child"), {"relation": "#r"})
    form["relation"].choose("Child")
    assert form["relation"].text() == "Child"
    form["relation"].choose("Other Adult")
    assert form["relation"].options() == ["Self", "Child", "Other\u00a0 Adult"]
    assert desk.page.locator("#r").evaluate("r => r.selectedIndex") == 2


def test_an_option_the_native_list_does_not_offer_is_this_items_trouble_only(desk: Desktop) -> None:
    form = desk.show("<select id=r><option>Self</select>", {"relation": "#r"}, seconds=2)
    with pytest.raises(ReadBackMismatch, match=r"form\.relation: the list does not offer this choice"):
        form["relation"].choose("Spouse")


def test_a_native_list_that_takes_the_choice_back_is_a_mismatch(desk: Desktop) -> None:
    form = desk.show("<select id=r onchange='this.selectedIndex=0'><option>Self<option>Child</select>", {"relation": "#r"})
    with pytest.raises(ReadBackMismatch, match="does not stick"):
        form["relation"].choose("Child")


# --- lists that open -----------------------------------------------------------------------------------------------------------------

COMBOBOX = """<label for=payer>Payer</label><input id=payer role=combobox aria-expanded=false autocomplete=off value="{value}">
<select><option>AETNA</option><option>HUMANA</option></select> <p id=chosen></p>
<script>
  const all = ['AETNA', 'AETNA BETTER HEALTH', 'HUMANA', 'HUMANA', 'ANTHEM  BLUE']; let list = null, timer = 0;
  const close = () => {{ clearTimeout(timer); list && list.remove(); list = null; payer.setAttribute('aria-expanded', 'false');
    payer.removeAttribute('aria-controls'); }};
  const draw = () => {{
    close(); list = document.createElement('ul'); list.setAttribute('role', 'listbox'); list.id = 'payer-list';
    all.forEach((name, place) => {{
      if (!name.includes(payer.value.trim().toUpperCase())) return;
      const item = document.createElement('li'); item.setAttribute('role', 'option'); item.textContent = name;
      item.onclick = () => {{ payer.value = name; chosen.textContent = name + ' #' + place; close();
        if ({undone}) setTimeout(() => {{ payer.value = ''; chosen.textContent = ''; }}, {undone}); }};
      list.append(item);
    }});
    document.body.append(list); payer.setAttribute('aria-expanded', 'true'); payer.setAttribute('aria-controls', 'payer-list');
  }};
  const open = () => {{ clearTimeout(timer); timer = setTimeout(draw, {late}); }};
  payer.onclick = () => {{ if (!list) open(); }};
  payer.oninput = () => {{ chosen.textContent = ''; open(); }};
  payer.onkeydown = e => {{ if (e.key === 'Escape') close(); }};
</script>"""


def combobox(desk: Desktop, *, value: str = "", late: int = 0, undone: int = 0, seconds: float = 10.0) -> Element:
    return desk.show(COMBOBOX.format(value=value, late=late, undone=undone), {"payer": {"label": "Payer"}}, seconds=seconds)["payer"]


@pytest.mark.parametrize("late", [0, 900])
def test_an_option_is_picked_from_the_list_however_late_it_opens(desk: Desktop, late: int) -> None:
    assert combobox(desk, late=late).pick("AETNA")
    assert desk.says("#chosen") == "AETNA #0"


def test_a_field_that_shows_the_label_already_is_picked_all_the_same(desk: Desktop) -> None:
    payer = combobox(desk, value="AETNA")
    assert desk.says("#chosen") == ""
    assert payer.pick("AETNA")
    assert desk.says("#chosen") == "AETNA #0"


def test_of_an_option_that_stands_twice_the_second_can_be_picked(desk: Desktop) -> None:
    payer = combobox(desk)
    assert payer.pick("HUMANA", nth=1)
    assert desk.says("#chosen") == "HUMANA #3"
    assert payer.pick("HUMANA")
    assert desk.says("#chosen") == "HUMANA #2"


def test_less_can_be_typed_than_is_picked_and_less_asked_than_the_option_says(desk: Desktop) -> None:
    payer = combobox(desk)
    assert payer.pick("AETNA BETTER HEALTH", typed="BETTER")
    assert desk.says("#chosen") == "AETNA BETTER HEALTH #1"
    assert payer.pick("anthem", exact=False)
    assert desk.says("#chosen").startswith("ANTHEM")


def test_an_option_with_odd_spaces_is_the_same_option(desk: Desktop) -> None:
    assert combobox(desk).pick("ANTHEM BLUE", typed="ANTHEM")


def test_what_the_list_does_not_have_is_not_picked_and_nothing_typed_stays_behind(desk: Desktop) -> None:
    payer = combobox(desk, seconds=4)
    assert payer.pick("CIGNA") is False
    assert payer.value() == ""
    assert desk.page.get_by_role("listbox").count() == 0


def test_a_choice_that_is_undone_a_moment_later_is_a_mismatch(desk: Desktop) -> None:
    with pytest.raises(ReadBackMismatch, match=r"form\.payer: the choice does not stick"):
        combobox(desk, undone=40).pick("AETNA")


def test_a_choice_that_is_undone_much_later_is_seen_before_the_form_is_sent(desk: Desktop) -> None:
    form = desk.show(COMBOBOX.format(value="", late=0, undone=900), {"payer": {"label": "Payer"}})
    assert form["payer"].pick("AETNA")
    desk.page.wait_for_function("payer.value === ''")
    with pytest.raises(ReadBackMismatch, match="no longer shows"):
        form.kept()


def test_what_a_list_offers_is_said_and_the_list_is_closed_again(desk: Desktop) -> None:
    payer = combobox(desk)
    assert payer.offered("HUM") == ["HUMANA", "HUMANA"]
    assert payer.value() == ""
    assert payer.offered() == ["AETNA", "AETNA BETTER HEALTH", "HUMANA", "HUMANA", "ANTHEM BLUE"]
    assert desk.page.get_by_role("listbox").count() == 0


OLDER_LIST = """<div class=control><div class=values><div id=shown>Select...</div><input id=p role=combobox aria-expanded=false></div></div>
<script>
  p.oninput = () => {
    document.querySelector('[role=listbox]')?.remove();
    const list = document.createElement('div'); list.setAttribute('role', 'listbox');
    for (const name of ['AETNA', 'AETNA MEDICARE']) {
      const item = document.createElement('div'); item.setAttribute('role', 'option'); item.textContent = name;
      item.onclick = () => { shown.textContent = KEEPS ? name : 'Select...'; p.value = ''; list.remove(); }; list.append(item);
    }
    document.body.append(list);
  };
</script>"""


def test_an_older_list_that_shows_its_choice_beside_the_input_is_read_back_there(desk: Desktop) -> None:
    assert desk.show(OLDER_LIST.replace("KEEPS", "true"), {"payer": "#p"})["payer"].pick("AETNA")
    assert desk.says("#shown") == "AETNA"
    with pytest.raises(ReadBackMismatch):
        desk.show(OLDER_LIST.replace("KEEPS", "false"), {"payer": "#p"})["payer"].pick("AETNA")


MENU = """<div id=s role=combobox tabindex=0 aria-expanded=false onmousedown="open_()">&#8203;</div><script>
  const open_ = () => { const menu = document.createElement('div'); menu.innerHTML =
    '<ul role=listbox><li role=option>Patient ID</li><li role=option>Name</li></ul>';
    menu.querySelectorAll('li').forEach(li => li.onclick = () => { s.textContent = li.textContent; menu.remove(); });
    document.body.append(menu); };
</script>"""


def test_a_menu_without_an_input_is_picked_from_by_clicking(desk: Desktop) -> None:
    field = desk.show(MENU, {"by": "#s"})["by"]
    assert field.pick("Name")
    assert field.text() == "Name"


REACT_SELECT = """<div id=box><div class=av__control><div class=av__value-container><div class=av__placeholder>Select...</div>
<div class=av__input-container><input id=p role=combobox aria-expanded=false></div></div></div><input type=hidden name=p></div>
<script>
  const said = document.querySelector('.av__placeholder'), hidden = document.querySelector('[type=hidden]'); let menu = null;
  const open_ = () => {
    if (menu) menu.remove(); menu = document.createElement('div'); menu.id = 'menu'; menu.setAttribute('role', 'listbox');
    ['AETNA', 'HUMANA'].filter(name => name.includes(p.value)).forEach(name => { const one = document.createElement('div');
      one.setAttribute('role', 'option'); one.textContent = name; one.onmousedown = e => e.preventDefault();
      one.onclick = () => { p.value = ''; said.textContent = hidden.value = name; menu.remove(); menu = null; }; menu.append(one); });
    box.append(menu); p.setAttribute('aria-controls', 'menu'); };
  p.onmousedown = open_; p.oninput = open_; p.onblur = () => { p.value = ''; if (menu) menu.remove(); menu = null; };
</script>"""


def test_what_a_list_with_its_choice_beside_its_input_has_chosen_is_read_and_typed_text_is_none(desk: Desktop) -> None:
    payer = desk.show(REACT_SELECT, {"payer": "#p"})["payer"]
    payer.fill("HUMANA")
    desk.page.locator("#p").blur()
    assert payer.chosen() == "Select..."
    assert payer.pick("HUMANA")
    assert (payer.chosen(), desk.page.locator("[name=p]").input_value()) == ("HUMANA", "HUMANA")


GENERATIONS = """<input id=newer role=combobox><div role=listbox><div role=option onclick="switch_()">AETNA</div></div>
<script>
  const switch_ = () => { newer.value = 'AETNA'; setTimeout(() => { document.body.innerHTML =
    '<div><div>' + SHOWS + '</div><input id=older role=combobox></div>'; }, WHEN); };
</script>"""
BOTH = {"payer": [{"css": "#newer", "why": "w", "from": "code"}, {"css": "#older", "why": "w", "from": "code"}]}


@pytest.mark.parametrize("when", [0, 60])
def test_a_choice_that_brings_the_other_generation_of_the_page_is_read_back_there(desk: Desktop, when: int) -> None:
    html = GENERATIONS.replace("WHEN", str(when))
    assert desk.show(html.replace("SHOWS", "'AETNA'"), BOTH)["payer"].pick("AETNA")
    with pytest.raises(ReadBackMismatch, match=r"form\.payer: the choice does not stick"):
        desk.show(html.replace("SHOWS", "'Select...'"), BOTH)["payer"].pick("AETNA")


def test_a_native_list_is_picked_from_like_any_other(desk: Desktop) -> None:
    by = desk.show(
        "<select id=s><option></option><option>Id, Date</option><option>Name, Date</option><option>Name, Date</option></select>",
        {"by": "#s"},
        seconds=2,
    )["by"]
    assert by.pick("id", exact=False)
    assert by.chosen() == "Id, Date"
    assert by.pick("Name, Date", nth=1)
    assert desk.page.locator("#s").evaluate("list => list.selectedIndex") == 3
    assert by.pick("Name") is False
    assert by.chosen() == "Name, Date"


# --- dates ---------------------------------------------------------------------------------------------------------------------------

SEGMENTS = """<div id=d role=group aria-label="Date of Birth">{parts}</div><script>
  const parts = [...d.querySelectorAll('[role=spinbutton]')];
  parts.forEach((part, place) => {{
    let typed = '';
    part.onfocus = () => typed = '';
    part.onkeydown = e => {{
      e.preventDefault();
      if (e.key === 'Backspace') {{ part.textContent = part.dataset.hint; part.removeAttribute('aria-valuenow'); typed = ''; }}
      if (!/^\\d$/.test(e.key)) return;
      const size = part.dataset.hint.length;
      typed = (typed + e.key).slice(-size);
      {refuse}
      part.textContent = typed.padStart(size, '0'); part.setAttribute('aria-valuenow', Number(typed));
      if (typed.length === size && parts[place + 1]) parts[place + 1].focus();
    }};
  }});
</script>"""


def segments(*names: str, refuse: str = "") -> str:
    hints = {"Month": "MM", "Day": "DD", "Year": "YYYY"}
    parts = "/".join(
        f"<span role=spinbutton tabindex=0 contenteditable aria-label={name} data-hint={hints[name]}>{hints[name]}</span>" for name in names
    )
    return SEGMENTS.format(parts=parts, refuse=refuse)


@pytest.mark.parametrize("order, shown", [(("Month", "Day", "Year"), "04/09/1987"), (("Day", "Month", "Year"), "09/04/1987")])
def test_a_segmented_date_is_typed_segment_by_segment_whatever_their_order(desk: Desktop, order: tuple[str, ...], shown: str) -> None:
    form = desk.show(segments(*order), {"born": {"role": "group", "name": "Date of Birth"}})
    form["born"].fill_date(date(2026, 12, 31))
    form["born"].fill_date(date(1987, 4, 9))
    assert desk.says("#d") == shown
    form.kept()


def test_a_segmented_date_that_stays_half_filled_is_a_mismatch(desk: Desktop) -> None:
    form = desk.show(segments("Month", "Day", "Year", refuse="if (part.dataset.hint === 'DD') return;"), {"born": "#d"})
    with pytest.raises(ReadBackMismatch, match=r"form\.born: the date does not stick"):
        form["born"].fill_date(date(1987, 4, 9))


SPIN_INPUTS = """<div id=d><input role=spinbutton aria-label=Month value=12><input role=spinbutton aria-label=Day value=31>
<input role=spinbutton aria-label=Year value=2026></div>"""


@pytest.mark.parametrize(
    "html, shown",
    [
        ("<input id=d>", "04/09/1987"),
        (KEYS_ONLY, "04/09/1987"),
        ("<input id=d type=date>", "1987-04-09"),
        ("<div id=d><label>Born</label><input></div>", "04/09/1987"),
        (SPIN_INPUTS, "04 09 1987"),
    ],
)
def test_a_date_is_put_in_whatever_the_field_is_made_of(desk: Desktop, html: str, shown: str) -> None:
    form = desk.show(html, {"born": "#d"})
    form["born"].fill_date(date(1987, 4, 9))
    script = "n => n.value || [...n.querySelectorAll('input')].map(i => i.value).join(' ')"
    assert desk.page.locator("#d").evaluate(script) == shown


@pytest.mark.parametrize("html", ["<input id=d oninput=\"this.value=''\">", "<input id=d oninput=\"this.value='04/10/1987'\">"])
def test_a_date_field_that_refuses_is_a_mismatch(desk: Desktop, html: str) -> None:
    with pytest.raises(ReadBackMismatch):
        desk.show(html, {"born": "#d"})["born"].fill_date(date(1987, 4, 9))


# --- tables --------------------------------------------------------------------------------------------------------------------------

CLAIMS = [{"Claim": "A1", "Status": "PAID", "Billed": "$10.00"}, {"Claim": "B2", "Status": "DENIED", "Billed": "$20.00"}]


def plain_table(*order: str) -> str:
    heads = "".join(f"<th>{name}</th>" for name in order)
    rows = "".join("<tr>" + "".join(f"<td>{row[name]}</td>" for name in order) + "</tr>" for row in CLAIMS)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"


GRID = (
    "<div role=table><div role=rowgroup><div role=row><div><span role=columnheader>Claim</span></div><span role=columnheader>Status</span>"
    "<span role=columnheader>Billed</span></div></div><div role=rowgroup>"
    + "".join("<div role=row>" + "".join(f"<span role=cell>{value}</span>" for value in row.values()) + "</div>" for row in CLAIMS)
    + "</div></div>"
)
NO_HEAD = "<table><tr><th>Claim<th>Status<th>Billed</tr><tr><td>A1<td>PAID<td>$10.00</tr><tr><td>B2<td>DENIED<td>$20.00</tr></table>"
OPENED = plain_table("Claim", "Status", "Billed").replace(
    "</tr></tbody>",
    "</tr><tr><td colspan=3>Codes <table><thead><tr><th>Code</th></tr></thead><tr><td>CO-45</td></tr></table></td></tr></tbody>"
    "<tfoot><tr><td colspan=2>Total</td><td>$30.00</td></tr></tfoot>",
)
HIDDEN_ROW = plain_table("Claim", "Status", "Billed").replace("<tbody>", "<tbody><tr hidden><td>X<td>Y<td>Z</tr>")
WITH_INPUTS = plain_table("Claim", "Status", "Billed").replace("<td>PAID</td>", "<td><input disabled value=PAID></td>")
SORTED = plain_table("Claim", "Status", "Billed").replace("<th>Status</th>", "<th>Status <span>\u25b2</span></th>")


@pytest.mark.parametrize(
    "html",
    [
        plain_table("Claim", "Status", "Billed"),
        plain_table("Billed", "Claim", "Status"),
        f"<div>{plain_table('Status', 'Billed', 'Claim')}</div>",
        GRID,
        NO_HEAD,
        OPENED,
        HIDDEN_ROW,
        WITH_INPUTS,
        SORTED,
    ],
)
def test_a_table_is_read_by_its_heads_whatever_it_is_made_of(desk: Desktop, html: str) -> None:
    assert desk.show(f"<main id=t>{html}</main>", {"claims": "#t"})["claims"].table() == CLAIMS


@pytest.mark.parametrize(
    "html",
    [
        "<table><thead><tr><th>Claim<th>Status</tr></thead><tbody></tbody></table>",
        "<table><thead><tr><th>Claim<th>Status</tr></thead><tbody><tr><td colspan=2>No results</td></tr></tbody></table>",
        "<div role=grid aria-label=empty style='height:9px'></div>",
    ],
)
def test_an_empty_table_has_no_rows(desk: Desktop, html: str) -> None:
    assert desk.show(f"<main id=t>{html}</main>", {"claims": "#t"})["claims"].table() == []


def test_cells_that_span_stand_in_every_row_and_column_they_cover(desk: Desktop) -> None:
    html = """<table id=t><thead><tr><th rowspan=2>Code<th colspan=2>Amount</tr><tr><th>Billed<th>Paid</tr></thead>
    <tr><td rowspan=2>90837<td>$10<td>$5</tr><tr><td>$20<td>$0</tr><tr><td>90834<td colspan=2>pending</tr></table>"""
    assert desk.show(html, {"lines": "#t"})["lines"].table() == [
        {"Code": "90837", "Billed": "$10", "Paid": "$5"},
        {"Code": "90837", "Billed": "$20", "Paid": "$0"},
        {"Code": "90834", "Billed": "pending", "Paid": "pending"},
    ]


def test_two_columns_of_one_name_are_told_apart(desk: Desktop) -> None:
    html = "<table id=t><tr><th>Amount<th>Amount<th></tr><tr><td>1<td>2<td>x</tr></table>"
    assert desk.show(html, {"lines": "#t"})["lines"].table() == [{"Amount": "1", "Amount (2)": "2", "": "x"}]


@pytest.mark.parametrize(
    "html",
    [
        "<table id=t><tr><th>Claim<th>Status</tr><tr><td>A1<td>PAID<td>extra</tr></table>",
        "<table id=t><tr><td>A1<td>PAID</tr></table>",
        "<p id=t>no table here</p>",
    ],
)
def test_a_row_is_never_dropped_in_silence(desk: Desktop, html: str) -> None:
    with pytest.raises(PageChanged):
        desk.show(html, {"claims": "#t"})["claims"].table()


def test_lists_are_read_whole_in_part_and_by_outline(desk: Desktop) -> None:
    html = (
        "<div class=c><b>30</b><i>Active</i><i>$20</i></div><div class=c style='display:none'><b>old</b></div><div class=c><b>MH</b></div>"
    )
    form = desk.show(html, {"card": ".c", "title": ".c b", "line": ".c i", "none": ".x"})
    assert form["card"].count() == 2
    assert form["card"].within("b").texts() == ["30", "MH"]
    assert form["card"].nth(1).text() == "MH"
    assert form.outline("card", ("title", "line")) == [[("title", "30"), ("line", "Active"), ("line", "$20")], [("title", "MH")]]
    assert (form["none"].texts(), form["none"].count(), form.outline("none", ("title",))) == ([], 0, [])


# --- which of several comes ----------------------------------------------------------------------------------------------------------


def test_the_first_of_several_that_shows_is_named_and_their_order_decides_between_two(desk: Desktop) -> None:
    html = "<p id=old>x</p><script>setTimeout(() => document.body.innerHTML = '<p id=a>a</p><p id=b>b</p>', 300)</script>"
    form = desk.show(html, {"a": "#a", "b": "#b", "c": "#c"})
    tab = desk.tab({"form": {}})
    assert tab.first_of({"c": form["c"], "b": form["b"], "a": form["a"]}) == "b"
    assert tab.first_of({"c": form["c"]}, 200) is None
    assert tab.first_of({}, 200) is None


def test_what_is_looked_for_seldom_is_seen_before_the_wait_is_over(desk: Desktop) -> None:
    form = desk.show("<p id=a>sign in again</p>", {"a": "#a", "b": "#b"})
    assert desk.tab({"form": {}}).first_of({"b": form["b"]}, 1, seldom={"lost": form["a"]}) == "lost"


def test_a_notice_that_stood_there_before_is_no_reply(desk: Desktop) -> None:
    refuse = "document.body.insertAdjacentHTML('beforeend', '<p class=note>Refused</p>')"
    html = f'<p class=note>Maintenance on <b>Sunday</b></p><button onclick="{refuse}">Go'
    form = desk.show(html, {"note": ".note", "go": "button"})
    reply = form["note"].apart_from_now()
    assert (form["note"].count(), reply.visible()) == (1, False)
    form["go"].click()
    assert reply.texts() == ["Refused"]
    desk.page.evaluate("document.querySelector('.note').textContent = 'Maintenance on Sunday. Not recognized.'")
    assert reply.texts() == ["Maintenance on Sunday. Not recognized.", "Refused"]


def test_a_screen_that_does_not_come_is_said_by_its_name(desk: Desktop) -> None:
    form = desk.show("<p>something else</p>", {"landmark": "#here"}, seconds=0.5)
    assert not form.here()
    with pytest.raises(PageChanged, match="form: 'landmark' did not appear"):
        form.arrive()


# --- clicking ------------------------------------------------------------------------------------------------------------------------


def test_a_page_that_is_busy_with_a_click_is_not_clicked_again(desk: Desktop) -> None:
    busy = "const end = performance.now() + 3500; while (performance.now() < end);"
    html = f"<button onclick=\"{busy} fetch('/pressed', {{method: 'POST'}})\">Submit"
    form = desk.show(html, {"submit": "button"}, seconds=8)
    form["submit"].click()
    assert desk.tab({"form": {}}).until(lambda: desk.site.paths("POST") != [], 10_000, "press")
    desk.page.wait_for_timeout(300)
    assert desk.site.paths("POST") == ["/pressed"]


def test_a_click_whose_page_takes_long_to_come_is_not_made_again(desk: Desktop) -> None:
    desk.spoiled = True
    come = threading.Event()
    desk.site.pages["/go"] = lambda _asked: str(come.wait(20))
    form = desk.show("<form method=post action=/go><button>Submit</button></form>", {"submit": "button"})
    form["submit"].click()
    come.set()
    desk.page.wait_for_url("**/go")
    assert desk.site.paths("POST") == ["/go"]


FRAME_THAT_GOES = """<p id=n>0</p><div id=host></div><script>
  const again = () => {
    host.innerHTML = '<iframe id=body></iframe>';
    host.firstChild.srcdoc = '<button ON="parent.n.textContent = Number(parent.n.textContent) + 1; parent.again()">Submit</button>';
  };
  again();
</script>"""


@pytest.mark.parametrize("event", ["onclick", "onmousedown", "onmouseup"])
def test_a_click_that_tears_its_own_frame_out_is_not_made_again_in_the_new_one(desk: Desktop, event: str) -> None:
    form = in_frame(desk, FRAME_THAT_GOES.replace("ON", event), {"submit": {"role": "button", "name": "Submit"}, "count": "#n"})
    form["submit"].click()
    assert form["submit"].wait()
    assert form["count"].text() == "1"


def test_a_button_is_waited_for_until_it_can_be_used(desk: Desktop) -> None:
    form = desk.show("<button disabled onclick=\"document.title='sent'\">Submit</button>", {"submit": "button"})
    assert not form["submit"].enabled(1)
    desk.page.evaluate("setTimeout(() => document.querySelector('button').disabled = false, 300)")
    assert form["submit"].enabled()
    form["submit"].click()
    assert desk.page.title() == "sent"


# --- stop requests -------------------------------------------------------------------------------------------------------------------


def test_no_step_goes_on_for_longer_than_a_stop_request_may_wait() -> None:
    assert element.SLICE_MS <= 2_000
    assert vars(locate)["SLICE_MS"] == element.SLICE_MS


@pytest.fixture
def _short_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (element, locate):
        monkeypatch.setattr(module, "SLICE_MS", 400)


COVERED = "<div style='position:fixed;inset:0;z-index:9'></div><button id=b>Go</button><input id=i><input id=off disabled>"


@pytest.mark.usefixtures("_short_slices")
@pytest.mark.parametrize(
    "step",
    [
        lambda form: form["absent"].wait(),
        lambda form: form["button"].gone(),
        lambda form: form["off"].enabled(),
        lambda form: form["absent"].text(),
        lambda form: form["button"].click(),
        lambda form: form["off"].fill("x"),
        lambda form: form["off"].fill_secret("x"),
        lambda form: form["input"].pick("AETNA"),
    ],
    ids=["wait", "gone", "enabled", "text", "click", "fill", "fill_secret", "pick"],
)
def test_a_stop_request_is_heard_while_a_step_waits(desk: Desktop, step: Callable[[Screen], object]) -> None:
    ear = Ear()
    form = desk.show(COVERED, {"absent": "#absent", "button": "#b", "input": "#i", "off": "#off"}, seconds=60)
    ear.listened = 0
    form._tab._pulse = ear
    with pytest.raises(StopAsked):
        step(form)


@pytest.mark.usefixtures("_short_slices")
def test_a_stop_request_is_heard_while_a_page_does_not_come(desk: Desktop) -> None:
    desk.spoiled = True
    come = threading.Event()
    desk.site.pages["/slow"] = lambda _asked: str(come.wait(60))
    tab = desk.tab({"form": {}}, pulse=Ear(), seconds=60)
    try:
        with pytest.raises(StopAsked):
            tab.goto(desk.site.url("/slow"))
    finally:
        come.set()


@pytest.mark.usefixtures("_short_slices")
@pytest.mark.parametrize(
    "way", ["<form method=post action=/slow><button>Go</button></form>", "<button onclick=\"location='/slow'\">Go</button>"]
)
def test_a_stop_request_is_heard_while_the_page_after_a_click_does_not_come(desk: Desktop, way: str) -> None:
    desk.spoiled = True
    come = threading.Event()
    desk.site.pages["/slow"] = lambda _asked: str(come.wait(60))
    form = desk.show(f"<p id=old>old</p>{way}", {"go": "button", "next": "#next"}, seconds=60)
    form["go"].click()
    form._tab._pulse = Ear()
    try:
        with pytest.raises(StopAsked):
            form["next"].wait()
    finally:
        come.set()


@pytest.mark.usefixtures("_short_slices")
def test_a_stop_request_is_heard_while_time_passes_and_while_several_are_waited_for(desk: Desktop) -> None:
    form = desk.show("<p>x</p>", {"absent": "#absent"}, seconds=60)
    form._tab._pulse = Ear()
    with pytest.raises(StopAsked):
        form._tab.pause(60)
    form._tab._pulse = Ear()
    with pytest.raises(StopAsked):
        form._tab.first_of({"absent": form["absent"]})


def test_what_must_not_be_left_half_done_is_not_disturbed(desk: Desktop) -> None:
    ear = Ear()
    form = desk.show("<p id=p>x</p>", {"p": "#p"}, pulse=ear)
    with form._tab.undisturbed():
        assert form["p"].text() == "x"
        assert form["p"].text() == "x"
    with pytest.raises(StopAsked):
        form["p"].text()


# --- pages that do not come ----------------------------------------------------------------------------------------------------------


def test_a_slow_page_is_waited_for_and_its_status_said(desk: Desktop) -> None:
    come = threading.Timer(3.0, lambda: None)
    come.start()

    def slow(_asked: Asked) -> Reply:
        come.join()
        return Reply("<p id=late>here</p>", 503)

    desk.site.pages["/slow"] = slow
    tab = desk.tab({"form": {"late": "#late"}}, seconds=30)
    assert tab.goto(desk.site.url("/slow")) == 503
    assert tab.screen("form")["late"].visible()


def test_a_page_that_does_not_come_within_its_limit_is_slow(desk: Desktop) -> None:
    desk.spoiled = True
    come = threading.Event()
    desk.site.pages["/slow"] = lambda _asked: str(come.wait(30))
    with pytest.raises(PortalSlow, match="address: the page did not come in time"):
        desk.tab({"form": {}}, seconds=0.5).goto(desk.site.url("/slow"))
    come.set()


def test_the_status_of_a_page_is_said_and_a_reload_sends_it_again(desk: Desktop) -> None:
    desk.site.pages |= {"/": "<p>fine</p>", "/down": Reply("<p>sorry</p>", 502)}
    tab = desk.tab({"form": {}})
    assert tab.goto(desk.site.url("/")) == 200
    assert tab.goto(desk.site.url("/#part")) in {0, 200}  # the browser says now the one, now the other
    assert [tab.goto(desk.site.url(path)) for path in ("/down", "/absent")] == [502, 404]
    assert (tab.reload(), tab.status(), tab.url) == (404, 404, desk.site.url("/absent"))


def hangs_up(_asked: Asked) -> str:
    raise ConnectionAbortedError


@pytest.mark.parametrize(
    "page, error, said",
    [
        (hangs_up, PortalDown, "the portal cannot be reached"),
        (Reply("<p>sorry</p>", 503), PortalDown, "the portal answers 503"),
        (lambda asked: moved(f"http://outside.localhost:{asked.port}/in"), PageChanged, "led to a host that is not the portal's"),
    ],
)
def test_a_click_that_leads_to_no_page_is_named_for_what_it_is(
    desk: Desktop, page: Reply | Callable[[Asked], str], error: type[PortalError], said: str
) -> None:
    desk.site.pages["/next"] = page
    form = desk.show("<a href=/next>Claims</a>", {"claims": "a", "table": "#claims"}, seconds=30)
    form["claims"].click()
    with pytest.raises(error, match=said):
        form["table"].wait()


def test_after_a_page_that_did_not_come_the_next_one_does(desk: Desktop) -> None:
    desk.site.pages |= {"/": "<p id=p>back</p>", "/gone": hangs_up}
    tab = desk.tab({"form": {"p": "#p"}})
    for _ in range(3):
        with pytest.raises(PortalDown):
            tab.goto(desk.site.url("/gone"))
        tab.goto(desk.site.url())
        assert tab.screen("form")["p"].text() == "back"


def test_a_page_that_goes_on_by_itself_is_no_trouble(desk: Desktop) -> None:
    desk.site.pages |= {"/": "<script>location.replace('/home')</script>", "/home": "<p id=p>home</p>"}
    tab = desk.tab({"form": {"p": "#p"}})
    tab.goto(desk.site.url())
    tab.goto(desk.site.url())
    assert tab.screen("form")["p"].text() == "home"


def test_a_browser_that_went_away_is_said_in_our_words(desk: Desktop) -> None:
    form = desk.show("<p>x</p>", {"absent": "#absent"})
    tabs.close(desk.page)  # the page's own close can wait for ever where the page is on its way
    with pytest.raises(PortalSlow, match="the browser went away"):
        form["absent"].wait()
    with pytest.raises(PortalSlow, match="the browser went away"):
        form._tab.picture()


# --- pop-ups -------------------------------------------------------------------------------------------------------------------------

BANNER = """<p id=n>0</p><button id=go onclick="n.textContent = Number(n.textContent) + 1; again()">Go</button><script>
  const again = () => setTimeout(() => {
    if (document.getElementById('banner')) return;
    document.body.insertAdjacentHTML('beforeend', '<div id=banner style="position:fixed;inset:0;z-index:9;background:#fff">' +
      '<button onclick="banner.remove(); AFTER">Accept All Cookies</button></div>');
  }, DELAY);
  const more_ = () => document.body.insertAdjacentHTML('beforeend', '<p id=more>more</p>');
  again();
</script>"""
POP_UP = {"landmark": "#banner", "close": {"role": "button", "name": "Accept All Cookies"}}


def with_banner(desk: Desktop, *, delay: int = 0, after: str = "", frame: bool = False) -> Screen:
    desk.spoiled = True
    html = BANNER.replace("DELAY", str(delay)).replace("AFTER", after)
    desk.site.pages |= {"/": "<iframe id=body src=/inner style='width:900px;height:600px'></iframe>" if frame else html, "/inner": html}
    frames = {"frame": ["page", BODY_FRAME]}
    tab = desk.tab({"form": {**frames, "go": "#go", "n": "#n", "more": "#more"}, "banner": {**frames, **POP_UP}})
    tab.dismiss(tab.screen("banner")["landmark"], tab.screen("banner")["close"])
    tab.goto(desk.site.url())
    return tab.screen("form")


@pytest.mark.parametrize("frame", [False, True])
def test_a_banner_is_put_away_whenever_it_stands_in_the_way_of_a_click(desk: Desktop, frame: bool) -> None:
    form = with_banner(desk, frame=frame)
    for turn in range(3):
        form["go"].click()
        assert form["n"].text() == str(turn + 1)


def test_a_banner_is_put_away_when_what_is_waited_for_comes_after_it_only(desk: Desktop) -> None:
    form = with_banner(desk, delay=200, after="more_()")
    assert form["more"].wait()


def test_a_banner_that_cannot_be_put_away_is_said_in_the_step_it_blocks(desk: Desktop) -> None:
    form = desk.show(COVERED, {"go": "#b"}, seconds=3)
    with pytest.raises(PortalSlow, match=r"form\.go: the step did not end in time"):
        form["go"].click()


# --- what errors say -----------------------------------------------------------------------------------------------------------------

REFUSES = """<input id=m oninput="this.value=''"><input id=off disabled><select id=s><option>Self</select>
<input id=c role=combobox><div id=parts role=group><span role=spinbutton tabindex=0>MM</span></div><p>Zebra</p>"""


@pytest.mark.parametrize(
    "step",
    [
        lambda form: form["member"].fill(TYPED),
        lambda form: form["member"].fill_secret(TYPED),
        lambda form: form["off"].fill(TYPED),
        lambda form: form["list"].choose(TYPED),
        lambda form: form["member"].check(),
        lambda form: form.element("row", claim=TYPED).click(),
        lambda form: form.element("named", claim=TYPED).text(),
        lambda form: form["text"].fill(TYPED),
        lambda form: form["parts"].fill_date(date(1977, 3, 1)),
    ],
)
def test_no_error_repeats_what_was_typed(desk: Desktop, step: Callable[[Screen], object]) -> None:
    elements = {"member": "#m", "off": "#off", "list": "#s", "text": "p", "parts": "#parts", "row": "tr[id='{claim}']"}
    form = desk.show(REFUSES, {**elements, "named": {"role": "link", "name": "Open {claim}"}}, seconds=1)
    with pytest.raises(PortalError) as caught:
        step(form)
    told = "".join(traceback.format_exception(caught.value))
    assert "form." in str(caught.value)
    assert TYPED not in told
    assert "1977" not in told.replace("date(1977", "")
    assert "Call log" not in told


def test_a_tab_gives_its_picture(desk: Desktop) -> None:
    form = desk.show("<p>x</p>", {})
    picture: bytes = form._tab.picture()
    assert picture.startswith(b"\x89PNG")


def test_a_whole_picture_has_what_a_frame_hides_below_its_edge_and_the_window_is_as_before(desk: Desktop) -> None:
    tall = "<div style='height:3000px'>x</div>"
    form = desk.show(f'<iframe style="height:80vh;border:0" srcdoc="{tall}"></iframe>', {})
    heights = [int.from_bytes(made()[20:24], "big") for made in (form._tab.picture, form._tab.whole_picture, form._tab.picture)]
    assert heights[1] > 3000
    assert heights[0] == heights[2] < 1000


def test_all_screens_are_listed(desk: Desktop) -> None:
    tab: Tab = desk.tab({"form": {}, "result": {}})
    assert [screen.name for screen in tab.screens()] == ["form", "result"]
