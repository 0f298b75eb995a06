"""A morning's look at the plan, cell by cell, as in a notebook: REST for the worklist
and a decision that is only tried, Flight SQL for whole tables.

    pip install adbc-driver-flightsql pyarrow
    PLANWRIGHT_KEY=pwk_... python notebook.py https://plan.example.com
"""
import json
import os
import sys
import urllib.parse
import urllib.request

import adbc_driver_flightsql.dbapi as flight
from adbc_driver_flightsql import DatabaseOptions

server = sys.argv[1].rstrip("/")
key = os.environ.get("PLANWRIGHT_KEY", "")


def rest(path, body=None, **query):
    """Asks the REST API; what it refuses is an error with its own words (RFC 9457)."""
    url = server + path + ("?" + urllib.parse.urlencode(query) if query else "")
    request = urllib.request.Request(url, data=None if body is None else json.dumps(body).encode(), headers={"Authorization": "Bearer " + key, "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as e:
        sys.exit(f"{path}: {json.load(e)['message']}")


def show(title, rows, columns):
    """Prints rows as a table."""
    cells = [[str(r.get(c, "") if isinstance(r, dict) else r[i]) for i, c in enumerate(columns)] for r in rows]
    width = [max(map(len, [c] + [r[i] for r in cells])) for i, c in enumerate(columns)]
    print(f"\n{title}\n" + "  ".join(c.ljust(w) for c, w in zip(columns, width)))
    for r in cells:
        print("  ".join(c.ljust(w) for c, w in zip(r, width)))


# %% The newest plan, and only the fields that are looked at.
plan = rest("/v1/plans/latest", fields="name,as_of,kpis")
kpis = {k["name"]: k["value"] for k in plan["kpis"] if "value" in k}
show(f"{plan['name']} of {plan['as_of']}", [(n, round(kpis[n])) for n in ("skus", "stock_value", "suggestions", "exceptions")], ["figure", "value"])

# %% What is urgent, page by page.
columns = ["rank", "action", "item_id", "site_id", "qty", "act_by"]
urgent, token = [], ""
while True:
    page = rest(f"/v1/{plan['name']}/suggestions", filter='urgency = "urgent"', page_size=50, page_token=token, fields="next_page_token,suggestions.suggestion_id," + ",".join("suggestions." + c for c in columns))
    urgent += page.get("suggestions", [])
    token = page.get("next_page_token", "")
    if not token or len(urgent) >= 200:
        break
show(f"{len(urgent)} urgent suggestions, the first five", urgent[:5], columns)

# %% Whole tables by SQL, as Arrow; decimals stay decimals.
address = urllib.parse.urlsplit(server)
uri = ("grpc+tls://" if address.scheme == "https" else "grpc://") + address.netloc
with flight.connect(uri, db_kwargs={DatabaseOptions.AUTHORIZATION_HEADER.value: "Bearer " + key}) as conn, conn.cursor() as cur:
    cur.execute("SELECT kind, count(*) AS orders, round(sum(cost)) AS cost FROM planned_orders GROUP BY kind ORDER BY kind")
    orders = cur.fetch_arrow_table()
    show("Planned orders", [tuple(r.values()) for r in orders.to_pylist()], orders.column_names)
    cur.execute("SELECT count(*) FROM suggestions WHERE urgency = ?", ("urgent",))
    if cur.fetchone()[0] < len(urgent):
        sys.exit("SQL and REST disagree about what is urgent")

if orders.num_rows == 0 or not kpis.get("skus"):
    sys.exit("the plan is empty")
print("\nnotebook ok")
