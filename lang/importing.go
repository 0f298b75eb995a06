package lang

// What import and inspect say about files.
var _ = register(map[string]text{
	"import.folded":   {"{n} events are folded in again", "已重新并入 {n} 个事件"},
	"import.map":      {"the mapping {file} is applied", "已应用映射 {file}"},
	"import.encoding": {"{file}: read as {encoding}", "{file}：按 {encoding} 读取"},
	"import.titles":   {"{file}: {titles} rows of titles and {totals} of totals left out", "{file}：略去标题行 {titles} 行、合计行 {totals} 行"},
	"import.gone":     {"{file}: {n} rows say what is gone from table {table}", "{file}：{n} 行指明表 {table} 中已删除的内容"},

	"cli.inspect.note":     {"no table of its own: {note}", "不单独成表：{note}"},
	"cli.inspect.savemap":  {"write the mapping that an import would use to this file; as planwright-map.yaml in a directory it is applied without being asked", "把导入将使用的映射写入该文件；以 planwright-map.yaml 存于目录中则自动应用"},
	"cli.import.encoding":  {"encoding of text files: utf-8, gb18030, big5, shift_jis, windows-1252, ...; default: told from the file", "文本文件的编码：utf-8、gb18030、big5、shift_jis、windows-1252 等；默认自动识别"},
	"cli.import.delimiter": {"separator of text files: one character, or tab; default: told from the file", "文本文件的分隔符：一个字符，或 tab；默认自动识别"},
	"cli.import.header":    {"row of the titles, -1 for none; default: told from the file", "表头所在行，-1 表示没有；默认自动识别"},
	"cli.inspect.titles":   {"{n} rows of titles", "标题行 {n} 行"},
	"cli.inspect.totals":   {"{n} rows of totals", "合计行 {n} 行"},
	"cli.import.skipped":   {"{file}: not used: no table is recognised in it (planwright inspect shows its columns)", "{file}：未使用，无法识别为任何表（planwright inspect 可查看各列）"},

	"cli.export.as":        {"form of an ERP system: a name (kingdee-purchase-request, ...) or a file, see docs/erp.md", "ERP 导入表单：名称（如 kingdee-purchase-request）或模板文件，见 docs/erp.md"},
	"cli.export.until":     {"with --as: only orders to release until this day", "配合 --as：只导出在该日及之前下达的订单"},
	"cli.export.approved":  {"with --as: only what a planner approved or changed", "配合 --as：只导出已批准或已修改的建议"},
	"cli.import.repair":    {"fill in missing lead times with the median of the supplier, marked as repaired wherever they are used", "用供应商的中位数补齐缺失的提前期，并在所有使用处标明为补齐"},
	"cli.import.update":    {"go on from the newest snapshot: new rows replace old ones of their key, stock and orders are taken as whole, histories by the days that they cover", "在最新快照基础上更新：同主键的行被替换，库存与订单按全量替换，历史按所覆盖的日期替换"},
	"cli.import.append":    {"go on from the newest snapshot and only add rows: for rows of the quarantine that were mended", "在最新快照基础上只追加行：用于修正后的隔离行"},
	"cli.import.unchanged": {"nothing has changed: snapshot {id} stays the newest", "没有变化：最新快照仍为 {id}"},
	"cli.snapshots.diff":   {"what differs between two snapshots, by table and key", "按表和主键比较两个快照"},
	"cli.diff.same":        {"the snapshots hold the same", "两个快照内容相同"},
	"cli.diff.table":       {"{table}: {added} added, {removed} removed, {changed} changed", "{table}：新增 {added}，删除 {removed}，变更 {changed}"},

	"mend.like":  {"Is {code} meant?", "是否应为 {code}？"},
	"mend.order": {"Day or month first? Say it in the mapping, as_day(column, 'dmy') or as_day(column, 'mdy'), or write the day as 2026-07-01.", "先日还是先月？请在映射中写明 as_day(列, 'dmy') 或 as_day(列, 'mdy')，或写成 2026-07-01。"},

	"name.DESTROYED_CODE": {"Code destroyed by a spreadsheet", "编码被电子表格破坏"},
	"what.DESTROYED_CODE": {"{detail} was a code of many digits; a spreadsheet made a rounded number of it, and its digits are lost", "{detail} 原为多位数字编码，被电子表格转成了舍入的数值，原数字已丢失"},
	"fix.DESTROYED_CODE":  {"Export the file again from the system and do not save it from a spreadsheet; format the column as text.", "请从系统重新导出，不要用电子表格另存；或先把该列设为文本格式。"},
})
