package lang

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestDetail: sentences about data are found by their English, the values stay.
func TestDetail(t *testing.T) {
	for _, c := range [][2]string{
		{"qty is not a number: 12x", "qty 不是数字：12x"},
		{"qty is not a number", "qty 不是数字"},
		{"lead_time_days is not a whole number: 1.5", "lead_time_days 不是整数：1.5"},
		{"item_id is empty", "item_id 为空"},
		{"site_id is empty, and there are several sites", "site_id 为空，而仓库/工厂不止一个"},
		{"item_id A: B is not in table items", "item_id A: B 不在表 items 中"},
		{"kind is not one of buy, make: 外购", "kind 不在可用值之中（buy, make）：外购"},
		{"event e1 waits: order_id is PO-9, an order that is not there yet", "事件 e1 等待中：order_id 为 PO-9，还没有这个订单"},
		{"no conversion from BOX to EA for item {qty}", "物料 {qty} 没有从 BOX 到 EA 的换算"},
		{"3 fields, want 4", "有 3 个字段，应为 4 个"},
		{"what nobody knows", "what nobody knows"},
		{"decision 2: \"x\" is not approve, reject, snooze, change, export or reopen", "第 2 个决定：\"x\" 应为 approve、reject、snooze、change、export 或 reopen"},
		{"\"moon\" is not one of site, category", "\"moon\" 应为其一：site, category"},
		{"kind is not one of buy, make", "kind 不在可用值之中（buy, make）"},
		{"(line 1:2): unknown field \"key\"", "（第 1:2 处）没有字段 \"key\""},
		{"character 1, \"foo\": there should be one of the fields a, b", "第 1 个字符 \"foo\"：应为字段之一：a, b"},
		{"decision 1: nobody knows", "第 1 个决定：nobody knows"},
		{"100000 periods: use 1 to 3660", "100000 期：应为 1 至 3660"},
		{"magic: use one of [auto ets]", "magic：应为其一：auto ets"},
	} {
		if got := Detail(Chinese, c[0]); got != c[1] {
			t.Errorf("%q is %q, want %q", c[0], got, c[1])
		}
		if got := Detail(English, c[0]); got != c[0] {
			t.Errorf("%q in English is %q", c[0], got)
		}
	}
	if got := Detail(Chinese, "qty is not a number: "+strings.Repeat("x\n", 3)); !strings.HasSuffix(got, "：x\nx\nx\n") {
		t.Errorf("a cell of several lines: %q", got)
	}
}

// TestDetails: every sentence is there once, and both languages have the same values.
func TestDetails(t *testing.T) {
	hole := regexp.MustCompile(`\{[a-z_]+\}`)
	seen := map[string]bool{}
	for _, d := range slices.Concat(details, refusals, faults) {
		if d.zh == "" || seen[d.en] {
			t.Errorf("%q: no Chinese, or twice", d.en)
		}
		seen[d.en] = true
		a, b := hole.FindAllString(d.en, -1), hole.FindAllString(d.zh, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%q has %v, its Chinese %v", d.en, a, b)
		}
		if got := Detail(Chinese, hole.ReplaceAllString(d.en, "x")); got != hole.ReplaceAllString(d.zh, "x") {
			t.Errorf("%q is taken for %q", d.en, got)
		}
	}
}
