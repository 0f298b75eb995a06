import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Flight SQL as Java's BI tools use it: the JDBC driver of Apache Arrow. */
public class Flight {
    static void check(String what, Object got, Object want) {
        if (!String.valueOf(got).equals(String.valueOf(want))) {
            System.err.println(what + ": " + got + ", want " + want);
            System.exit(1);
        }
    }

    static List<String> column(ResultSet r, String name) throws SQLException {
        List<String> all = new ArrayList<>();
        while (r.next()) {
            all.add(r.getString(name));
        }
        r.close();
        return all;
    }

    public static void main(String[] args) throws Exception {
        String url = "jdbc:arrow-flight-sql://" + args[0] + "/?useEncryption=false";
        Properties basic = new Properties();
        basic.put("user", "anybody");
        basic.put("password", args[1]);
        Properties bearer = new Properties();
        bearer.put("token", args[1]);
        for (Properties p : List.of(basic, bearer)) {
            try (Connection c = DriverManager.getConnection(url, p)) {
                DatabaseMetaData m = c.getMetaData();
                check("product", m.getDatabaseProductName(), "planwright");
                check("read only", m.isReadOnly(), true);
                check("quote", m.getIdentifierQuoteString(), "\"");
                m.getDatabaseProductVersion();
                m.getSQLKeywords();
                m.getNumericFunctions();
                m.getStringFunctions();
                m.getTimeDateFunctions();
                m.getSystemFunctions();
                m.getSearchStringEscape();
                m.getMaxStatementLength();
                check("group by", m.supportsGroupBy(), true);
                check("unions", m.supportsUnionAll(), true);
                check("outer joins", m.supportsOuterJoins(), true);
                check("transactions", m.supportsTransactions(), false);
                check("catalogs", column(m.getCatalogs(), "TABLE_CAT"), List.of("plan", "snap"));
                check("schemas", column(m.getSchemas("plan", "m%"), "TABLE_SCHEM"), List.of("main"));
                check("table types", column(m.getTableTypes(), "TABLE_TYPE"), List.of("TABLE", "VIEW"));
                check("views", column(m.getTables("plan", "main", "bi\\_st%", new String[] {"VIEW"}), "TABLE_NAME"), List.of("bi_stock"));
                check("columns", column(m.getColumns("plan", "main", "bi_kpi", "%"), "COLUMN_NAME"), List.of("plan_id", "row_id", "as_of", "kpi", "name", "name_zh", "value"));
                check("key", column(m.getPrimaryKeys("plan", "main", "bi_item"), "COLUMN_NAME"), List.of("item_id"));
                check("references", column(m.getImportedKeys("plan", "main", "bi_kpi"), "PKTABLE_NAME"), List.of("bi_plan", "bi_date"));
                column(m.getTypeInfo(), "TYPE_NAME"); // this driver asks the server nothing for it
                try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT 1 AS i, 2.50::DECIMAL(9,2) AS d, DATE '2026-06-30' AS t, 'x' AS s, NULL::INTEGER AS z, true AS b, TIMESTAMP '2026-06-30 01:02:03' AS ts, 1.5::DOUBLE AS f")) {
                    check("a row", r.next(), true);
                    check("int", r.getInt("i"), 1);
                    check("decimal", r.getBigDecimal("d"), new BigDecimal("2.50"));
                    check("date", r.getDate("t"), "2026-06-30");
                    check("text", r.getString("s"), "x");
                    check("null", r.getObject("z"), null);
                    check("boolean", r.getBoolean("b"), true);
                    check("timestamp", r.getTimestamp("ts"), "2026-06-30 01:02:03.0");
                    check("double", r.getDouble("f"), 1.5);
                    check("no more rows", r.next(), false);
                    check("type", r.getMetaData().getColumnTypeName(2).toUpperCase().startsWith("DECIMAL"), true);
                }
                try (PreparedStatement s = c.prepareStatement("SELECT count(*) FROM bi_stock WHERE qty >= ? AND received_on < ? AND status = ?")) {
                    s.setBigDecimal(1, new BigDecimal("0.000000"));
                    s.setDate(2, Date.valueOf("2030-01-01"));
                    s.setString(3, "available");
                    ResultSet r = s.executeQuery();
                    check("a row", r.next(), true);
                    check("stock found", r.getLong(1) > 0, true);
                    s.setString(3, "' OR 1=1 --");
                    r = s.executeQuery();
                    r.next();
                    check("nothing found", r.getLong(1), 0);
                }
                try (Statement s = c.createStatement(); ResultSet r = s.executeQuery("SELECT i FROM range(200000) t(i)")) {
                    long n = 0;
                    while (r.next()) {
                        n += r.getLong(1) == n ? 1 : -1000000;
                    }
                    check("many rows", n, 200000);
                }
                for (String bad : List.of("DROP TABLE kpis", "SELECT * FROM glob('*')", "SELECT nothing")) {
                    try (Statement s = c.createStatement()) {
                        s.executeQuery(bad).next();
                        check(bad, "answered", "refused");
                    } catch (SQLException e) {
                        String text = "";
                        for (Throwable x = e; x != null; x = x.getCause()) {
                            text += x.getMessage() + "; ";
                        }
                        check(bad + ": " + text, text.contains("query: "), true);
                    }
                }
            }
        }
        Properties wrong = new Properties();
        wrong.put("user", "anybody");
        wrong.put("password", "nonsense");
        try (Connection c = DriverManager.getConnection(url, wrong)) {
            check("a wrong password", "passes", "is refused");
        } catch (SQLException e) {
            // as it should be
        }
        System.out.println("JDBC ok");
    }
}
