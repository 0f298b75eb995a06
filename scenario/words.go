package scenario

import (
	"strings"
	"unicode"
)

// words are the keywords in every spelling: what they stand for.
var words = map[string]string{
	"demand": "demand", "需求": "demand",
	"lead": "lead", "time": "time", "lead-time": "lead time", "leadtime": "lead time", "提前期": "lead time",
	"delay": "delay", "延迟": "delay", "延期": "delay",
	"service": "service", "服务水平": "service", "服务率": "service",
	"close": "close", "关闭": "close", "停工": "close",
	"replace": "replace", "替换": "replace", "替代": "replace",
	"budget": "budget", "预算": "budget",
	"price": "price", "售价": "price",
	"cost": "cost", "成本": "cost",
	"purchase": "purchase", "采购价": "purchase price",
	"safety": "safety", "安全库存": "safety stock",
	"minimum": "minimum", "最小批量": "minimum",
	"multiple": "multiple", "批量倍数": "multiple",
	"move": "move", "改期": "move",
	"cancel": "cancel", "取消": "cancel",
	"receive": "receive", "到货": "receive",
	"sell": "sell", "销售": "sell",
	"stock": "stock", "库存": "stock",
	"of": "of", "的": "of",
	"item": "item", "物料": "item",
	"category": "category", "类别": "category",
	"site": "site", "plant": "site", "地点": "site", "工厂": "site", "仓库": "site",
	"supplier": "supplier", "供应商": "supplier",
	"class": "class", "等级": "class",
	"planner": "planner", "计划员": "planner",
	"everything": "everything", "all": "everything", "全部": "everything", "所有": "everything",
	"order": "order", "订单": "order",
	"and": "and", "at": "and", "且": "and", "在": "and",
	"by": "by", "with": "by", "为": "by",
	"to": "to", "到": "to", "至": "to",
	"from": "from", "从": "from", "自": "from",
	"on": "on", "于": "on",
	"in": "in", "today": "today", "今天": "today",
	"day": "days", "days": "days", "天": "days",
	"week": "weeks", "weeks": "weeks", "周": "weeks",
}

// keyword is the canonical form of a keyword, "" for other words.
func keyword(s string) string { return words[strings.ToLower(s)] }

// plainRune brings the punctuation of full width to that of ASCII.
func plainRune(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case r == '　':
		return ' '
	case r == '，' || r == '、':
		return ','
	case r == '；':
		return ';'
	case r == '“' || r == '”':
		return '"'
	}
	return r
}

// separates says whether a character cannot be part of a word.
func separates(r rune) bool {
	switch r = plainRune(r); r {
	case ',', ';', '"', '=', '%', '\\', '#':
		return true
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || r == unicode.ReplacementChar
}
