package lang

import (
	"strings"

	"planwright"
)

// Exceptions returns docs/exceptions.md: every code with SAP's number,
// severity, meaning and remedy, in both languages. A test compares the file with
// it.
func Exceptions() string {
	var b strings.Builder
	b.WriteString(`# Exceptions, findings and errors

Made from the code: ` + "`go test ./lang -run TestExceptionsPage -update`" + ` writes this page anew.

An exception is a row of the plan's table ` + "`exceptions`" + `: its code, SAP's number of the same message where there is one, the sku, the
order it speaks of, the day (` + "`on`" + `), the quantity, the day to move to (` + "`move_to`" + `) and the value at stake (` + "`value`" + `: the
quantity at the item's unit cost; of a planned order its cost). Names in braces stand for these. ` + "`planwright explain CODE`" + ` prints one entry.
Severities: fail, something is set aside or not covered; warn, planned with, look at it; info, for the record.

计划表 ` + "`exceptions`" + ` 的每一行是一个例外：代码、对应的SAP编号（如有）、物料与地点、相关订单、日期、数量、建议日期和涉及金额。
花括号中的名称代表这些值。严重度：fail 表示有内容被搁置或未满足；warn 表示已计划但需查看；info 仅供参考。

`)
	groups := []struct {
		en, zh string
		below  planwright.Code
	}{
		{"Exceptions of a plan", "计划例外", planwright.CodeUnknownItem},
		{"Findings of a check, and reasons of quarantined rows", "检查发现与隔离原因", planwright.CodeUsage},
		{"Errors", "错误", 0},
	}
	g := 0
	heading := func() {
		b.WriteString("## " + groups[g].en + " · " + groups[g].zh + "\n\n")
	}
	heading()
	for _, c := range planwright.Codes() {
		for groups[g].below != 0 && c >= groups[g].below {
			g++
			heading()
		}
		b.WriteString("### " + c.String() + "\n\n" + Text(English, "name."+c.String()) + " · " + Text(Chinese, "name."+c.String()) + ". Severity " + c.Severity().String())
		if sap := c.SAP(); sap != "" {
			b.WriteString(", SAP " + sap)
		}
		b.WriteString(".\n\n")
		for _, l := range []Language{English, Chinese} {
			meaning, fix := "Meaning", "What to do"
			if l == Chinese {
				meaning, fix = "含义", "处理"
			}
			b.WriteString("- " + meaning + ": " + Text(l, "what."+c.String()) + "\n- " + fix + ": " + Text(l, "fix."+c.String()) + "\n")
		}
		b.WriteString("\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
