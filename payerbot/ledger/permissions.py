"""On what basis the practice lets payerbot use a portal; nothing runs without one where the portal's rule is not "permitted"."""

from __future__ import annotations

from datetime import date

from sqlalchemy import and_, func, insert, or_, select, update

from payerbot.ledger.audit import Audit
from payerbot.ledger.records import Permission
from payerbot.ledger.signins import ITS_TURN
from payerbot.ledger.tables import item, permission
from payerbot.model import Outcome


class Permissions(Audit):
    """Recording, withdrawing and looking up."""

    def permit(self, portal: str, *, basis: str, by: str, on: date, until: date | None) -> None:
        """Record the owner's basis from a day on; what was blocked for want of one is due now."""
        with self.audited() as connection:
            self.lock_tenant(connection)
            here = and_(self.mine(permission), permission.c.portal == portal)
            n = (connection.execute(select(func.max(permission.c.n)).where(here)).scalar() or 0) + 1
            now = self.now(connection)
            told = {"basis": basis, "given_by": by, "valid_from": on, "valid_until": until, "recorded_at": now, "revoked_by": ""}
            connection.execute(insert(permission).values(tenant=self.tenant, portal=portal, n=n, **told))
            blocked = and_(self.mine(item), item.c.portal == portal, item.c.state == "waiting", item.c.outcome == Outcome.TERMS_BLOCKED)
            connection.execute(update(item).where(blocked).values(due=now, handoff=None, waits_for=ITS_TURN))
            self.enter(connection, by, "permit", detail=f"{portal}: {basis}")

    def revoke(self, portal: str, *, by: str) -> None:
        """Withdraw every basis for a portal, from now on."""
        with self.audited() as connection:
            standing = and_(self.mine(permission), permission.c.portal == portal, permission.c.revoked_at.is_(None))
            connection.execute(update(permission).where(standing).values(revoked_at=self.now(connection), revoked_by=by))
            self.enter(connection, by, "revoke", detail=portal)

    def permission(self, portal: str, on: date) -> Permission | None:
        """The basis in force on a day, the latest of several."""
        known = permission.c
        in_force = and_(known.valid_from <= on, or_(known.valid_until.is_(None), known.valid_until >= on), known.revoked_at.is_(None))
        query = select(permission).where(self.mine(permission), known.portal == portal, in_force).order_by(known.n.desc()).limit(1)
        with self.reading() as connection:
            found = connection.execute(query).mappings().first()
        if found is None:
            return None
        return Permission(portal=portal, basis=found["basis"], by=found["given_by"], on=found["valid_from"], until=found["valid_until"])
