package lang

// The reasons of errors that only the service has; the codes of package
// planwright are in codes.go.
var _ = register(map[string]text{
	"name.UNAUTHENTICATED": {"Who are you?", "未认证"}, "fix.UNAUTHENTICATED": {"Give a key of the service: PLANWRIGHT_KEY or --key-file; `planwright keys create` makes one.", "提供服务的密钥：PLANWRIGHT_KEY 或 --key-file；用 `planwright keys create` 创建。"},
	"name.PERMISSION_DENIED": {"Not allowed", "没有权限"}, "fix.PERMISSION_DENIED": {"Ask with a key whose role and sites suffice; rows of the sites of a key come from the lists of the API.", "使用角色和地点足够的密钥；密钥所限地点的数据可通过 API 列表获取。"},
	"name.ALREADY_EXISTS": {"Exists already", "已存在"}, "fix.ALREADY_EXISTS": {"Use another name or request id.", "换用其他名称或请求编号。"},
	"name.FAILED_PRECONDITION": {"Not possible in this state", "当前状态不允许"}, "fix.FAILED_PRECONDITION": {"See what the message names, and ask again.", "处理提示的问题后重试。"},
	"name.RESOURCE_EXHAUSTED": {"A limit is reached", "达到限制"}, "fix.RESOURCE_EXHAUSTED": {"Ask less at a time or later; the limits are in the configuration of the service.", "减少每次请求量或稍后重试；限制见服务配置。"},
	"name.DEADLINE_EXCEEDED": {"Time ran out", "超时"}, "fix.DEADLINE_EXCEEDED": {"Try again later, or ask for less.", "稍后重试，或减少请求内容。"},
	"name.UNAVAILABLE": {"Service not available", "服务不可用"}, "fix.UNAVAILABLE": {"Check the address of --server and whether the service runs; https:// is assumed beyond this machine. Then try again.", "检查 --server 地址及服务是否运行；本机以外默认使用 https://。然后重试。"},
	"name.UNIMPLEMENTED": {"No such method", "没有该方法"}, "fix.UNIMPLEMENTED": {"Use a service of the same or a newer version.", "使用相同或更新版本的服务。"},
	"what.UNAUTHENTICATED":     {"no valid API key: {detail}", "没有有效的 API 密钥：{detail}"},
	"what.PERMISSION_DENIED":   {"not allowed: {detail}", "没有权限：{detail}"},
	"what.ALREADY_EXISTS":      {"exists already: {detail}", "已存在：{detail}"},
	"what.FAILED_PRECONDITION": {"not possible in this state: {detail}", "当前状态下无法执行：{detail}"},
	"what.RESOURCE_EXHAUSTED":  {"a limit is reached: {detail}", "已达到限制：{detail}"},
	"what.DEADLINE_EXCEEDED":   {"the time allowed ran out: {detail}", "超过时限：{detail}"},
	"what.UNAVAILABLE":         {"the service is not available now: {detail}", "服务暂不可用：{detail}"},
	"what.UNIMPLEMENTED":       {"there is no such method: {detail}", "没有该方法：{detail}"},
})
