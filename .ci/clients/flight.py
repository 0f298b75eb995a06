"""Flight SQL as a data scientist's notebook uses it: the ADBC driver of Python."""
import sys

import adbc_driver_flightsql
import adbc_driver_flightsql.dbapi as flight
from adbc_driver_flightsql import DatabaseOptions

uri, key = sys.argv[1], sys.argv[2]


def check(what, got, want):
    if got != want:
        sys.exit(f"{what}: {got!r}, want {want!r}")


for options in ({"username": "anybody", "password": key}, {DatabaseOptions.AUTHORIZATION_HEADER.value: "Bearer " + key}):
    with flight.connect(uri, db_kwargs=options) as conn:
        info = conn.adbc_get_info()
        check("server", info["vendor_name"], "planwright")
        objects = conn.adbc_get_objects(depth="columns", catalog_filter="plan", table_name_filter="bi_stock").read_all().to_pylist()
        check("catalogs", [o["catalog_name"] for o in objects], ["plan"])
        table = [t for s in objects[0]["catalog_db_schemas"] for t in s["db_schema_tables"]][0]
        check("table", (table["table_name"], table["table_type"]), ("bi_stock", "VIEW"))
        check("columns", [c["column_name"] for c in table["table_columns"]][:4], ["plan_id", "row_id", "item_id", "site_id"])
        check("table types", conn.adbc_get_table_types(), ["TABLE", "VIEW"])
        schema = conn.adbc_get_table_schema("bi_kpi", catalog_filter="plan", db_schema_filter="main")
        check("type of bi_kpi.value", str(schema.field("value").type), "double")
        with conn.cursor() as cur:
            cur.execute("SELECT count(*) AS n, sum(i) AS s FROM range(1000) t(i)")
            row = cur.fetchone()
            check("sum", (int(row[0]), int(row[1])), (1000, 499500))
            cur.execute("SELECT kpi FROM bi_kpi WHERE kpi = ?", ("stock_value",))
            check("parameter", cur.fetchall(), [("stock_value",)])
            cur.execute("SELECT item_id, qty, received_on FROM bi_stock WHERE qty > ? ORDER BY row_id LIMIT 5", (0.5,))
            got = cur.fetch_arrow_table()
            check("rows of stock", (got.num_rows, str(got.schema.field("qty").type)), (5, "decimal128(18, 6)"))
            cur.execute("SELECT i, 'x' || i AS s FROM range(200000) t(i)")
            check("many rows", cur.fetch_arrow_table().num_rows, 200000)
            for bad in ("DROP TABLE kpis", "SELECT * FROM glob('*')", "SELECT nothing"):
                try:
                    cur.execute(bad)
                    cur.fetchall()
                    sys.exit(f"{bad} was answered")
                except adbc_driver_flightsql.dbapi.Error as e:
                    check(bad, "INVALID_ARGUMENT" in str(e) or "InvalidArgument" in str(e), True)
            cur.execute("SELECT 42")
            check("after the refusals", cur.fetchone(), (42,))
try:
    with flight.connect(uri, db_kwargs={"username": "anybody", "password": "nonsense"}) as conn:
        conn.cursor().execute("SELECT 1")
    sys.exit("a wrong password passes")
except adbc_driver_flightsql.dbapi.Error:
    pass
print("ADBC", adbc_driver_flightsql.__version__, "ok")
