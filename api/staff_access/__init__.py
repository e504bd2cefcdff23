"""Who of the staff is signed in and what they may do: stands below the features, which do not sign anybody in.

A staff page of a feature takes five steps:

1. ``permissions.py`` has its permission (who may), ``menu.py`` its entry.
2. The route lies below ``/staff`` and names the permission::

       @router.get("/staff/kiosks")
       def get_fleet(
           request: Request,
           staff: Annotated[Staff, Depends(require_staff("kiosks.read"))],
           session: Annotated[Session, Depends(session, scope="function")],
       ) -> Response:
           units = staff.units_in_scope(session, today(request))  # None: every unit
           ...
           return reply_staff_page(request, "fleet.html", title=..., staff=staff, rows=rows)

3. The template says ``{% extends "staff_base.html" %}`` and fills ``{% block main %}``; every
   ``<form method="post">`` in it has ``<input type="hidden" name="csrf" value="{{ frame.csrf }}">``. Style comes
   from ``/static/site/staff.css``: ``.card``, ``.field``, ``.wrong``, ``.note``, ``.quiet``, ``button``,
   ``button.danger``, ``table.rows`` (rows become cards on a phone; give each cell ``data-label``).
4. What is about a counter asks ``may_handle_counter(staff, counter)``, or ``refuse_own_counter``; what is about a
   unit ``staff.check_unit(session, unit, day)``.
5. A deed is written down with ``record_deed`` in its own transaction, and ends in a 303 to a page.
"""
