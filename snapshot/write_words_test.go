package snapshot

import (
	"strings"
	"testing"

	"planwright"
	"planwright/lang"
)

// TestExceptionWords: what was found in a row is said once, and in the language of the
// reader down to what is wrong.
func TestExceptionWords(t *testing.T) {
	w, _ := testWorkspace(t)
	text := newPlanText(loadFixture(t, w), &planwright.Plan{})
	for _, c := range []struct {
		code           planwright.Code
		detail, en, zh string
	}{
		{planwright.CodeBadNumber, "qty is not a number: 12O", "Not a number: qty is not a number: 12O", "不是数字：qty 不是数字：12O"},
		{planwright.CodeUnknownItem, "component_id PT-9 is not in table items", "Unknown item: component_id PT-9 is not in table items", "component_id PT-9 不在表 items 中"},
		{planwright.CodeUOMConversion, "no conversion from PALLET to EA for item PT-9", "no conversion from PALLET to EA for item PT-9", "物料 PT-9 没有从 PALLET 到 EA 的换算"},
		{planwright.CodeQtyRange, "order quantity", "order quantity: a quantity of", "订单数量：A1"},
		{planwright.CodeLotLimit, "scrap", ": scrap", "：损耗"},
	} {
		x := planwright.Exception{Code: c.code, SKU: 0, On: planwright.NoDay, Qty: planwright.NoQty, MoveTo: planwright.NoDay, Detail: c.detail}
		for l, want := range map[lang.Language]string{lang.English: c.en, lang.Chinese: c.zh} {
			got := string(text.exceptionText(nil, newTemplates(l), x))
			if c.code == planwright.CodeQtyRange && l == lang.Chinese {
				want = "订单数量：" + text.label[0]
			}
			if !strings.Contains(got, want) || strings.Count(got, "table items") > 1 {
				t.Errorf("%v: %s, want %s", c.code, got, want)
			}
		}
	}
}
