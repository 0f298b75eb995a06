package lang

// The reasons of errors that only the service has; the codes of package
// planwright are in codes.go.
var _ = register(map[string]text{
	"what.UNAUTHENTICATED":     {"no valid API key: {detail}", "没有有效的 API 密钥：{detail}"},
	"what.PERMISSION_DENIED":   {"not allowed: {detail}", "没有权限：{detail}"},
	"what.ALREADY_EXISTS":      {"exists already: {detail}", "已存在：{detail}"},
	"what.FAILED_PRECONDITION": {"not possible in this state: {detail}", "当前状态下无法执行：{detail}"},
	"what.RESOURCE_EXHAUSTED":  {"a limit is reached: {detail}", "已达到限制：{detail}"},
	"what.DEADLINE_EXCEEDED":   {"the time allowed ran out: {detail}", "超过时限：{detail}"},
	"what.UNAVAILABLE":         {"the service is not available now: {detail}", "服务暂不可用：{detail}"},
	"what.UNIMPLEMENTED":       {"there is no such method: {detail}", "没有该方法：{detail}"},
})
