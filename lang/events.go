package lang

// Events: what happened to stock and orders since the import.
var _ = register(map[string]text{
	"name.EVENT_WAITS":       {"Event that waits", "等待中的事件"},
	"what.EVENT_WAITS":       {"an event cannot be applied yet: {detail}", "事件暂时无法应用：{detail}"},
	"fix.EVENT_WAITS":        {"It is applied by itself once what it refers to is there: append the order, import the master data, or take it back with a reversal.", "所引用的内容出现后会自动应用：请追加该订单、导入主数据，或用 reversal 事件撤回。"},
	"name.EVENT_CONFLICT":    {"Event id with other content", "事件编号内容冲突"},
	"what.EVENT_CONFLICT":    {"the id of an event came before with other content: {detail}", "该事件编号此前已有不同内容：{detail}"},
	"fix.EVENT_CONFLICT":     {"Give every event an id of its own. To correct one, append a reversal of it and the right event under a new id.", "每个事件须有唯一编号。更正时请追加其 reversal 撤回事件，再以新编号追加正确的事件。"},
	"name.EVENT_TOO_LONG":    {"Line too long for an event", "事件行过长"},
	"what.EVENT_TOO_LONG":    {"a line is too long to be an event: {detail}", "该行过长，不是事件：{detail}"},
	"fix.EVENT_TOO_LONG":     {"Write one event a line, of at most 64 KiB.", "每行一个事件，最多 64 KiB。"},
	"name.EVENT_LOG_DAMAGED": {"Log of events damaged", "事件日志已损坏"},
	"what.EVENT_LOG_DAMAGED": {"{n} lines of the log of events cannot be read; all others count.", "事件日志中有 {n} 行无法读取，其余均有效。"},
	"fix.EVENT_LOG_DAMAGED":  {"Append the events of that time again from their source (those that are there are duplicates), or restore events/log from a backup.", "请从来源系统重新追加该时段的事件（已有的按重复处理），或从备份恢复 events/log。"},

	"cli.events":              {"events since the import: append, fold, status, refused", "导入之后的事件：追加、合并、状态、拒收"},
	"cli.events.append":       {"append events (JSON lines or CSV, - for standard input); what is acknowledged is on the disk, once", "追加事件（JSON 行或 CSV，- 为标准输入）；确认即已落盘，且只计一次"},
	"cli.events.encoding":     {"encoding of the file: gb18030, big5, shift_jis, windows-1252, ...; default: utf-8", "文件编码：gb18030、big5、shift_jis、windows-1252 等；默认 utf-8"},
	"cli.events.fold":         {"make a new snapshot of the newest import and the events since", "由最新导入及其后的事件生成新快照"},
	"cli.events.asof":         {"planning day, and the last day of events that count; default: the day of the newest event", "计划日，亦为计入事件的最后一天；默认为最新事件之日"},
	"cli.events.status":       {"what the log of events holds, and what is not folded yet", "事件日志的内容及尚未合并的事件"},
	"cli.events.list":         {"the accepted events as JSON lines, in the order of arrival", "已接受的事件，按到达顺序输出为 JSON 行"},
	"cli.events.refused":      {"events that were refused, as they came, with reason and remedy", "被拒收的事件原文、原因及处理办法"},
	"cli.events.appended":     {"{accepted} events accepted, {duplicates} there before, {refused} refused ({rate} a second)", "接受 {accepted} 个事件，重复 {duplicates} 个，拒收 {refused} 个（每秒 {rate} 个）"},
	"cli.events.folded":       {"snapshot {id} as of {asof}, folded onto {root}", "快照 {id}，截至 {asof}，合并于 {root} 之上"},
	"cli.events.unchanged":    {"nothing is new: snapshot {id} as of {asof} stays the newest", "没有新内容：最新快照仍为 {id}，截至 {asof}"},
	"cli.events.counts":       {"{applied} events applied, {held} held by the import already, {reversed} taken back, {later} later than the planning day, {waiting} waiting", "应用 {applied} 个事件，导入已包含 {held} 个，撤回 {reversed} 个，晚于计划日 {later} 个，等待 {waiting} 个"},
	"cli.events.holds":        {"{n} events, {bytes} bytes; {refused} refused", "事件 {n} 个，{bytes} 字节；拒收 {refused} 个"},
	"cli.events.since":        {"newest snapshot {id} (import {root}): {n} events came since", "最新快照 {id}（导入 {root}）：其后到达 {n} 个事件"},
	"cli.events.torn":         {"{bytes} bytes of a write that was not finished were cut off; nobody was told that they were there", "已截去未完成写入的 {bytes} 字节；这些内容从未被确认"},
	"cli.events.norefused":    {"no event was refused", "没有被拒收的事件"},
	"cli.events.next.fold":    {"planwright events fold makes a snapshot of them", "planwright events fold 由此生成快照"},
	"cli.events.next.refused": {"planwright events refused -o refused.csv has what was refused; mend the rows and append them again", "planwright events refused -o refused.csv 导出拒收内容；修正后重新追加"},
	"cli.events.next.run":     {"planwright check shows what waits; planwright run plans it", "planwright check 查看等待项；planwright run 运行计划"},

	"cli.import.tombstone": {"with --update or --append: every row of the files names, by its key, a row that is gone", "配合 --update 或 --append：文件中每一行按主键指明一条已删除的记录"},

	"col.event":  {"event", "事件"},
	"col.remedy": {"remedy", "处理办法"},
})
