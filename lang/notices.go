package lang

// Notices about runs.
var _ = register(map[string]text{
	"notice.plan.title":   {"Planwright: plan {plan} is ready", "Planwright：计划 {plan} 已完成"},
	"notice.sum":          {"{n} {urgency}, worth {money}", "{urgency} {n} 条，货值 {money}"},
	"notice.act":          {"by {day}", "最迟 {day}"},
	"notice.link":         {"All of it: {url}", "查看全部：{url}"},
	"notice.step.import":  {"import", "导入"},
	"notice.step.fold":    {"fold of events", "事件合并"},
	"notice.step.plan":    {"plan", "计划"},
	"notice.step.publish": {"publish", "发布"},
	"notice.failed.title": {"Planwright: schedule {schedule} failed", "Planwright：定时任务 {schedule} 失败"},
	"notice.failed.body":  {"Schedule {schedule}, due {due}: {error}", "定时任务 {schedule}（应于 {due}）：{error}"},

	"notice.state.pending":   {"pending", "待发送"},
	"notice.state.delivered": {"delivered", "已送达"},
	"notice.state.dead":      {"dead", "已放弃"},

	"cli.notices":         {"list the service's notices; send a dead one again", "列出服务的通知；重发已放弃的通知"},
	"cli.notices.state":   {"only these: pending, delivered, dead", "仅显示：pending、delivered、dead"},
	"cli.notices.retried": {"{id} is sent again by the service", "服务将重新发送 {id}"},
	"cli.retry":           {"send a dead notice again", "重发已放弃的通知"},

	"col.notice":   {"notice", "通知"},
	"col.channel":  {"channel", "渠道"},
	"col.attempts": {"attempts", "次数"},
	"col.error":    {"error", "错误"},

	"cli.backup":       {"copy the workspace, while it is in use, to a new directory, verified by digest", "将使用中的工作区复制到新目录，并按摘要校验"},
	"cli.backup.done":  {"{n} files, {bytes} bytes in {dir}, all as they were published", "{n} 个文件，{bytes} 字节，位于 {dir}，与发布时一致"},
	"cli.backup.next":  {"planwright --data NEW restore {dir} makes a workspace of it", "planwright --data NEW restore {dir} 由此恢复工作区"},
	"cli.restore":      {"make a workspace, in --data, of a backup", "由备份在 --data 处恢复工作区"},
	"cli.restore.done": {"{n} files, {bytes} bytes restored to {dir}; the backup is of {at}", "{n} 个文件，{bytes} 字节已恢复到 {dir}；备份时间 {at}"},
	"cli.restore.next": {"planwright plans verify looks at every digest inside, too", "planwright plans verify 还可校验内部摘要"},

	"stage.backup":  {"Back up", "备份"},
	"stage.restore": {"Restore", "恢复"},
})
