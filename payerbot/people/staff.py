"""Who is at the keyboard: answering, permitting and looking are done, and written down, as a person of the practice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from payerbot.errors import UserError

if TYPE_CHECKING:
    from payerbot.practice import Practice, Role, Staff


def person(practice: Practice, staff_id: str) -> Staff:
    """The member of staff with this id, or UserError with those there are."""
    found = practice.staff_by_id(staff_id)
    if found is None:
        raise UserError(f"practice.yaml knows no member of staff {staff_id!r}; it knows: {', '.join(one.id for one in practice.staff)}.")
    return found


def with_role(practice: Practice, staff_id: str, role: Role, what: str) -> Staff:
    """That person, who must have the role; `what` ends the sentence "Only ... may"."""
    found = person(practice, staff_id)
    if role not in found.roles:
        may = (
            ", ".join(f"{one.name} ({one.id})" for one in practice.staff if role in one.roles)
            or f"nobody yet: give somebody the role {role!r}"
        )
        raise UserError(f"{found.name} may not {what}; in practice.yaml these may: {may}.")
    return found
