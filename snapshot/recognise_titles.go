package snapshot

import (
	"slices"
	"strings"

	"planwright/tabular"
)

// byNeighbours settles what titles mean by those that stand beside them.
func (s *seen) byNeighbours() {
	s.plants()
	s.flows()
	s.bill()
	s.models()
}

// titled returns the first filled column with one of the titles, -1 for none.
func (s *seen) titled(titles ...string) int {
	return slices.IndexFunc(s.cols, func(p profile) bool {
		return p.filled > 0 && slices.Contains(titles, strings.ToLower(strings.TrimSpace(p.title)))
	})
}

// plants takes a storage location beside a plant, as SAP lists both, for a place
// within it: what is planned is the plant.
func (s *seen) plants() {
	plant := s.titled("plnt", "plant", "werks", "werk", "wrk", "工厂")
	within := s.titled("sloc", "lgort", "storage location", "stor. loc.", "stor loc", "lagerort", "库存地点", "库存地")
	if plant < 0 || within < 0 || !slices.Contains(s.cols[plant].meanings, "site") {
		return
	}
	s.cols[within].meanings = nil
	if s.has("bin") < 0 {
		s.cols[within].meanings = ms{"bin"}
	}
}

// flows reads quantities that came in beside ones that went out as a ledger, and ones
// that came in alone as receipts: neither is demand.
func (s *seen) flows() {
	in := s.titled("入库数量", "入库数", "入库量", "进货数量", "进货数", "收货数量", "实收数量", "收料数量", "quantity received", "received quantity", "qty in", "receipt qty", "入庫数量")
	out := s.titled("出库数量", "出库数", "出库量", "发货数量", "发料数量", "实发数量", "领料数量", "领用数量", "quantity issued", "issued quantity", "qty out", "issue qty", "出庫数量")
	switch {
	case in >= 0 && out >= 0:
		s.cols[in].meanings, s.cols[out].meanings = ms{"in_qty"}, ms{"out_qty"}
	case in >= 0 && s.has("date") >= 0 && !slices.Contains(s.cols[in].meanings, "in_qty"):
		s.cols[in].meanings = append(slices.Clone(s.cols[in].meanings), "in_qty")
	}
}

// received says that a file tells what came in and nothing of what went out.
func (s *seen) received() bool {
	return s.has("in_qty") >= 0 && s.has("out_qty") < 0 && s.has("movement") < 0
}

// bill takes, in a file that is called a bill of materials and names no parent, the
// product for the parent and the part beside it for the component.
func (s *seen) bill() {
	lower := strings.ToLower(s.in.base() + " " + s.in.sheet)
	called := slices.ContainsFunc(recipeOf("bom").name, func(w string) bool { return strings.Contains(lower, w) })
	if !called || s.has("parent") >= 0 || s.has("level") >= 0 {
		return
	}
	product := s.titled("产品编码", "产品编号", "产品代码", "产品料号", "成品", "成品编码", "成品编号", "产品型号", "机型", "型号", "产品", "产品名称", "成品名称", "product", "product code", "product id", "finished good", "finished item", "model", "製品コード", "製品")
	part := s.has("component")
	if part < 0 {
		part = s.titled("零件编码", "零件编号", "零件号", "材料编码", "材料编号", "物料编码", "物料编号", "物料代码", "物料号", "料号", "部件编码", "部件编号", "配件编码", "配件编号", "零部件编码", "原料编码", "原材料编码", "item", "item code", "item no", "item number", "part", "part no", "part number", "material", "material code", "sku")
	}
	if product < 0 || part < 0 || product == part {
		return
	}
	for k := range s.cols { // what else could be either is what it is called
		s.cols[k].meanings = slices.DeleteFunc(slices.Clone(s.cols[k].meanings), func(m tabular.Meaning) bool {
			return m == "item" || k == product && m == "item_name"
		})
	}
	s.cols[product].meanings, s.cols[part].meanings = ms{"parent"}, ms{"component"}
}

// models takes the model for the code of a product where there is no other code.
func (s *seen) models() {
	if s.has("item") >= 0 || s.find(ms{"component", "parent"}) >= 0 {
		return
	}
	if k := s.titled("产品型号", "货品型号", "商品型号", "机型", "型号", "model", "model no", "model number"); k >= 0 {
		s.cols[k].meanings = ms{"item"}
	}
}
