package lang

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Details of errors and of findings are written in English where they arise, and
// findings are stored so. A phrase is such a detail with its values as {1}, {2} and
// so on; [Detail] finds the phrase that a text is, and says it in Chinese.

// phrases lists what is wrong with rows, with fields of requests, and what the
// service refuses.
var phrases = []text{
	// Rows that are set aside or not taken as they came: column, reason, value.
	{"{1} is empty", "{1} 为空"},
	{"{1} is not a number", "{1} 不是数字"},
	{"{1} is not a number: {2}", "{1} 不是数字：{2}"},
	{"{1} is not a whole number", "{1} 不是整数"},
	{"{1} is not a whole number: {2}", "{1} 不是整数：{2}"},
	{"{1} is negative", "{1} 为负"},
	{"{1} is negative: {2}", "{1} 为负：{2}"},
	{"{1} is beyond 999,999,999,999.999999", "{1} 超出 999,999,999,999.999999"},
	{"{1} is beyond 999,999,999,999.999999: {2}", "{1} 超出 999,999,999,999.999999：{2}"},
	{"{1} is beyond 999,999,999,999.999999 in stock units", "{1} 折合库存单位后超出 999,999,999,999.999999"},
	{"{1} is beyond the range of whole numbers", "{1} 超出整数范围"},
	{"{1} is beyond the range of whole numbers: {2}", "{1} 超出整数范围：{2}"},
	{"{1} is neither true nor false", "{1} 既不是 true 也不是 false"},
	{"{1} is neither true nor false: {2}", "{1} 既不是 true 也不是 false：{2}"},
	{"{1} is not one of {2}", "{1} 不在允许的取值之内：{2}"},
	{"{1} is not one of {2}: {3}", "{1} 的值 {3} 不在允许的取值之内：{2}"},
	{"{1} is not a date like 2026-07-01", "{1} 不是形如 2026-07-01 的日期"},
	{"{1} is not a date like 2026-07-01: {2}", "{1} 不是形如 2026-07-01 的日期：{2}"},
	{"{1} is outside 1970-01-01 to 2199-12-31", "{1} 不在 1970-01-01 至 2199-12-31 之间"},
	{"{1} is outside 1970-01-01 to 2199-12-31: {2}", "{1} 不在 1970-01-01 至 2199-12-31 之间：{2}"},
	{"{1} outside 1970 to 2199: read as without limit", "{1} 不在 1970 至 2199 年之间：按无期限处理"},
	{"{1} was a code: a spreadsheet made a number of it", "{1} 原是编码，被电子表格改成了数字"},
	{"{1} was a code: a spreadsheet made a number of it: {2}", "{1} 原是编码，被电子表格改成了数字：{2}"},
	{"{1} rounded to 6 decimals", "{1} 已舍入到 6 位小数"},
	{"{1} rounded up to whole days", "{1} 已向上取整到天"},
	{"{1} cells, want {2}", "有 {1} 个单元格，应为 {2} 个"},
	{"{1} is empty, and there are several sites", "{1} 为空，而地点不止一个"},
	{"{1} is not in table {2}", "{1} 不在表 {2} 中"},
	{"{1} is not in table {2}: left empty", "{1} 不在表 {2} 中：按空值处理"},
	{"no conversion from {1} to {2} for item {3}", "物料 {3} 没有从 {1} 到 {2} 的换算"},
	{"{1} is after the planning day {2}", "{1} 晚于计划日 {2}"},
	{"{1} is more than 30 years away", "{1} 在 30 年以后"},
	{"{1} is {2}, want one of {3}", "{1} 为 {2}，应为其一：{3}"},
	{"{1} is {2}, want a fraction above 0 and up to 1", "{1} 为 {2}，应为大于 0 且不超过 1 的小数"},
	{"{1} is {2}, want a fraction below 1", "{1} 为 {2}，应为小于 1 的小数"},
	{"{1} is {2}, want a fraction between 0 and 1", "{1} 为 {2}，应为 0 与 1 之间的小数"},
	{"{1} is {2}, want a number, not negative", "{1} 为 {2}，应为非负数"},
	{"{1} is {2}, want 0 or more", "{1} 为 {2}，应不小于 0"},
	{"provision is {1}, want age:rate;age:rate such as 181:0.25;361:0.5", "provision 为 {1}，应形如 天数:比率;天数:比率，例如 181:0.25;361:0.5"},
	{"neither on nor weekday is given", "on 和 weekday 都没有给出"},
	{"factor and per must be above 0", "factor 和 per 必须大于 0"},
	{"scrap_pct is {1}: nothing would be left", "scrap_pct 为 {1}：将一无所剩"},
	{"{1} is a component of itself", "{1} 是自身的子项"},
	{"from_site_id is empty: where is it transferred from?", "from_site_id 为空：从哪里调拨？"},
	{"setup is {1}, per_unit {2}: a step takes 0 or more of its resource", "setup 为 {1}，per_unit 为 {2}：工序占用的资源不能为负"},
	{"ends on {1}, before it begins on {2}", "结束于 {1}，早于开始日 {2}"},
	// What a check finds in rows that are kept.
	{"{1} is no setting; it is kept", "没有 {1} 这个设置；已保留"},
	{"stock of {1} is netted as it is", "库存 {1} 按原值计算"},
	{"qty of {1} is planned as it is", "qty {1} 按原值计划"},
	{"safety_stock of {1} is planned as it is", "safety_stock {1} 按原值计划"},
	{"safety_stock, reorder_point or order_up_to is {1}: planned as it is", "safety_stock、reorder_point 或 order_up_to 为 {1}：按原值计划"},
	{"price is {1}", "price 为 {1}"},
	{"received on {1}, after the planning day", "入库日 {1} 晚于计划日"},
	{"{1} was due on {2}", "{1} 的交期是 {2}"},
	{"{1} holds from {2} to {3}: never", "{1} 自 {2} 至 {3} 有效：从不生效"},
	{"holds from {1} to {2}: never", "自 {1} 至 {2} 有效：从不生效"},
	{"{1} is already a component from {2} to {3}: both lines count", "{1} 自 {2} 至 {3} 已是子项：两行都计算"},
	{"qty_per of {1} in stock units rounded to 6 decimals", "{1} 的 qty_per 折合库存单位后舍入到 6 位小数"},
	{"no lead time: planned as if it took no time", "没有提前期：按不需要时间计划"},
	{"lot_min {1} is above lot_max {2}: the maximum holds", "lot_min {1} 大于 lot_max {2}：以最大值为准"},
	{"order_weekdays {1}: only the digits 1 (Monday) to 7 count", "order_weekdays {1}：只识别数字 1（周一）至 7"},
	{"the shares of alternate group {1} add up to {2} %", "替代组 {1} 的份额合计为 {2} %"},
	{"decimals {1} is not 0 to 6: left empty", "decimals {1} 不在 0 至 6 之间：按空值处理"},
	{"{1} cannot be: left empty", "{1} 不可能：按空值处理"},
	// What a planner should look at in the data.
	{"stock of {1} has no cost: it counts as worth nothing", "库存 {1} 没有成本：按价值为零计算"},
	{"open orders for {1} and no price", "未结订单共 {1}，没有价格"},
	{"costs {1} and sells at {2}", "成本 {1}，售价 {2}"},
	{"unit_cost is {1}, unit_price {2}", "unit_cost 为 {1}，unit_price 为 {2}"},
	{"differs from {1} in zeros, signs or case alone", "与 {1} 只有零、符号或大小写的差别"},
	{"is called {1}, as {2} is", "名称是 {1}，与 {2} 相同"},
	{"is obsolete, and {1} are ordered", "已停用，仍有订单 {1}"},
	{"is phased out, without a day and without a successor", "正在淘汰，没有日期也没有替代物料"},
	{"is made, and no bill of material says of what", "为自制件，没有物料清单"},
	{"is bought, and no source says from whom", "为采购件，没有货源"},
	{"a lead time of {1} days", "提前期为 {1} 天"},
	{"safety stock {1}, reorder point {2}, maximum {3}", "安全库存 {1}，再订货点 {2}，最高库存 {3}"},
	{"lots of at least {1}, in steps of {2}, at most {3}", "批量至少 {1}，步长 {2}，最多 {3}"},
	{"{1} expired before the planning day", "{1} 在计划日之前已过期"},
	{"stock of {1}, and nothing that needs it: no order, no history, no bill, no forecast", "库存 {1}，没有任何需求：无订单、无历史、无物料清单、无预测"},
	{"history of {1} days: too short to see a season or a trend", "历史只有 {1} 天：看不出季节和趋势"},
	{"last sold on {1}", "最近一次销售在 {1}"},
	{"open receipts of {1}, and {2} sold in {3} days", "在途 {1}，而 {3} 天内售出 {2}"},
	{"{1} for {2} on {3} stands twice", "{1}（{2}，{3}）出现两次"},
	{"{1} is used with a quantity of 0", "{1} 的用量为 0"},
	{"scrap of {1} %", "损耗率 {1} %"},
	{"received {1} of {2}", "订购 {2}，收到 {1}"},
	{"received on {1}, before it was ordered on {2}", "收货日 {1} 早于下单日 {2}"},
	{"bom line {1}: {2} > {3}, {4} per {5} with scrap {6} %", "物料清单第 {1} 行：{2} > {3}，每 {5} 用 {4}，损耗 {6} %"},
	{"bom line {1}: component {2} is not at site {3}", "物料清单第 {1} 行：子项 {2} 不在地点 {3}"},
	{"routing of {1}, step {2}: resource {3}", "{1} 的工艺路线第 {2} 步：资源 {3}"},

	// Fields of requests.
	{"is empty", "为空"},
	{"is below 0", "小于 0"},
	{"{1} is below 0", "{1} 小于 0"},
	{"{1} is neither 0 nor from 2 to {2}", "{1} 既不是 0，也不在 2 至 {2} 之间"},
	{"{1} is not 0 to {2}", "{1} 不在 0 至 {2} 之间"},
	{"{1} is not from 1 to {2}", "{1} 不在 1 至 {2} 之间"},
	{"{1} with a horizon of {2} and a step of {3}: use a horizon up to {4}, at least as many periods, and up to 1000 forecasts", "{1}，展望期 {2}，步长 {3}：展望期最多 {4}，期数不少于它，预测最多 1000 个"},
	{"{1} has no field {2}", "{1} 没有字段 {2}"},
	{"{1} is no field of the answer, which has {2}", "{1} 不是应答的字段；应答有 {2}"},
	{"{1} is not {2} or {3}", "{1} 应为 {2} 或 {3}"},
	{"{1} is not a date such as 2026-06-30", "{1} 不是形如 2026-06-30 的日期"},
	{"{1} is not a quantity above zero", "{1} 不是大于零的数量"},
	{"{1} is not a quantity", "{1} 不是数量"},
	{"{1} is not a whole number above 0", "{1} 不是大于 0 的整数"},
	{"{1} is not atp or ctp", "{1} 应为 atp 或 ctp"},
	{"{1} is not {2}, {3} or {4}", "{1} 应为 {2}、{3} 或 {4}"},
	{"{1} is not below an import root of the server", "{1} 不在服务器允许导入的目录之下"},
	{"{1} is not letters, digits, _ and -", "{1} 只能由字母、数字、_ 和 - 组成"},
	{"{1} is not one of {2}, or a form such as ets:MAdM", "{1} 应为其一：{2}，或形如 ets:MAdM"},
	{"{1} is not one of the columns {2}", "{1} 不是列名；列有 {2}"},
	{"{1} is not operations", "{1} 应为 operations"},
	{"{1} is not {2} with the plan's own name", "{1} 应为 {2}，并使用计划自己的名称"},
	{"{1} is not {2} with the snapshot's own name", "{1} 应为 {2}，并使用快照自己的名称"},
	{"{1} is not plans/{plan}/kpis", "{1} 应为 plans/{plan}/kpis"},
	{"{1} is not plans/{plan}/suggestions/{suggestion}", "{1} 应为 plans/{plan}/suggestions/{suggestion}"},
	{"{1} is not operations/{operation}", "{1} 应为 operations/{operation}"},
	{"{1} is not {2}{key}", "{1} 应为 {2}{key}"},
	{"{1} is not {2}{notice}", "{1} 应为 {2}{notice}"},
	{"{1} is not {2}{number}", "{1} 应为 {2}{number}"},
	{"{1} is not scenarios/{scenario}", "{1} 应为 scenarios/{scenario}"},
	{"{1} is not the name of a file", "{1} 不是文件名"},
	{"{1} reads a database: it must lie on the server, below its import root", "{1} 要读取数据库：它必须在服务器允许导入的目录之下"},
	{"{1}: there is json", "{1}：只支持 json"},
	{"{1} is below 0, or makes more than {2} reviews", "{1} 小于 0，或会产生超过 {2} 次检查"},
	{"{1} is not a fraction below 1", "{1} 不是小于 1 的小数"},
	{"{1} is not from 0 to 1, 1 excluded, or stands beside a budget", "{1} 不在 0 至 1（不含 1）之间，或与预算同时给出"},
	{"{1} is not from 0 to 1e15", "{1} 不在 0 至 1e15 之间"},
	{"and history: give one", "与 history 只能给出其一"},
	{"or history: give one", "与 history 须给出其一"},
	{"are {1}, at most {2} go into a message", "共 {1} 个，一条消息最多 {2} 个"},
	{"are {1}, not 1 to {2}", "共 {1} 个，应为 1 至 {2} 个"},
	{"are {1}, not 1 to {2}; or name a snapshot", "共 {1} 个，应为 1 至 {2} 个；或指定一个快照"},
	{"are for single answers and lists, not for streams", "只用于单个应答和列表，不用于流"},
	{"are given beside a snapshot", "不能与快照同时给出"},
	{"are longer than {1} bytes", "超过 {1} 字节"},
	{"are more than {1}", "超过 {1} 个"},
	{"are of one kind, and given in place of a collection", "只能是一种，用于代替集合"},
	{"are too many: {1} of a series and {2} of a request are taken", "过多：每个序列最多 {1} 个，每个请求最多 {2} 个"},
	{"cannot be read", "无法读取"},
	{"come more than once", "出现多次"},
	{"comes more than once", "出现多次"},
	{"comes as parameter and as body", "同时作为参数和正文给出"},
	{"deletes from the newest snapshot: give update or append too", "会从最新快照中删除：请同时给出 update 或 append"},
	{"goes on in another way than update: give one of them", "与 update 方式不同：只能给出其一"},
	{"has {1} values, more than {2}", "有 {1} 个值，超过 {2} 个"},
	{"has a character that is not printable ASCII", "含有不可打印的 ASCII 字符"},
	{"has a zero byte at {1}", "在 {1} 处有零字节"},
	{"is empty, and item {1} is at several sites", "为空，而物料 {1} 在多个地点"},
	{"is given beside mapping_path: give one of them", "与 mapping_path 只能给出其一"},
	{"is longer than {1} bytes", "超过 {1} 字节"},
	{"is longer than {1} characters", "超过 {1} 个字符"},
	{"is no query option", "不是查询选项"},
	{"is no query parameter: there are {1} and {2}", "不是查询参数；有 {1} 和 {2}"},
	{"is not a number", "不是数字"},
	{"is not a time to wait", "不是等待时间"},
	{"is not of letters, digits, _ and -, at most {1}", "只能由字母、数字、_ 和 - 组成，最多 {1} 个"},
	{"is not one of the directions", "不是可用的方向"},
	{"is over", "已过去"},
	{"makes {1} figures with these series and quantiles, more than {2}", "与这些序列和分位数合计 {1} 个数，超过 {2} 个"},
	{"makes more than {1} demands, or is below 0", "会产生超过 {1} 次需求，或小于 0"},
	{"mean and sd are not from 0 to 1e12", "mean 和 sd 不在 0 至 1e12 之间"},
	{"more than {1}", "超过 {1}"},
	{"parquet is for tables; the list of them comes as csv, json, jsonl, xlsx or arrow", "parquet 用于表；表的清单可用 csv、json、jsonl、xlsx 或 arrow"},
	{"squared is not above the mean: poisson has it equal", "的平方不大于均值：相等时用 poisson"},
	{"the snapshot has no sku {1}", "快照中没有 {1}"},
	{"with review_days is not from 0 to {1} periods", "加上 review_days 不在 0 至 {1} 期之间"},
	{"with warmup is not above 0 and up to {1}", "加上 warmup 应大于 0 且不超过 {1}"},
	{"is not plain UTF-8 text", "不是普通的 UTF-8 文本"},
	{"has more than {1} conditions", "条件超过 {1} 个"},
	{"has more than {1} fields", "字段超过 {1} 个"},
	{"ends where there should be {1}", "在应有 {1} 之处结束"},
	{"character {1}, {2}: there should be {3}", "第 {1} 个字符 {2}：应为 {3}"},
	{"field {1}: {2} is for texts", "字段 {1}：{2} 只用于文本"},
	{"character {1}: after a backslash there should be a backslash or a double quote", "第 {1} 个字符：反斜杠之后应为反斜杠或双引号"},
	{"the text from character {1} on has no closing quote", "从第 {1} 个字符开始的文本没有结束的引号"},
	{"is not the next_page_token of this list with the same parent, filter and order", "不是此列表在相同 parent、filter 和 order 下的 next_page_token"},

	// What the service refuses.
	{`{1} rows were refused, too many to list: ask for one table (table = "..."), or see the files in the workspace's quarantine/{2}`, `拒收 {1} 行，无法全部列出：请按表查询（table = "..."），或查看工作区 quarantine/{2} 中的文件`},
	{"{1} changes the workspace; this server only reads it", "{1} 会修改工作区；此服务只读"},
	{"{1} has no method {2}", "{1} 没有方法 {2}"},
	{"{1} has no row {2}", "{1} 没有行 {2}"},
	{"{1} has no table {2}", "{1} 没有表 {2}"},
	{"{1} is at work: cancel it first", "{1} 正在运行：请先取消"},
	{"{1} is for the role {2}; this key has {3}", "{1} 需要角色 {2}；此密钥的角色是 {3}"},
	{"{1} is not offered", "不提供 {1}"},
	{"{1} is worth {2}; this key approves up to {3}", "{1} 价值 {2}；此密钥最多可审批 {3}"},
	{"{1} needs approval by the role {2} ({3})", "{1} 需要角色 {2} 审批（{3}）"},
	{"{1} needs the approval of one of {2} ({3})", "{1} 需要其中一人审批：{2}（{3}）"},
	{"{1} shows more than the sites of this key", "{1} 超出此密钥的地点范围"},
	{"this shows more than the sites of this key", "超出此密钥的地点范围"},
	{"OData is read-only here", "OData 在此只读"},
	{"SQL is asked with GET or POST", "SQL 用 GET 或 POST 提交"},
	{"a backup is read with GET", "备份用 GET 读取"},
	{"a body that is encoded as {1} is not taken", "不接受以 {1} 编码的正文"},
	{"a file can only be read with GET", "文件只能用 GET 读取"},
	{"a file is uploaded with PUT", "文件用 PUT 上传"},
	{"a request from another site", "来自其他网站的请求"},
	{"a table can only be read with GET", "表只能用 GET 读取"},
	{"an API key is needed: `Authorization: Bearer KEY` or `x-api-key: KEY`", "需要 API 密钥：`Authorization: Bearer KEY` 或 `x-api-key: KEY`"},
	{"an upload is PUT {1}", "上传方式为 PUT {1}"},
	{"backups are for the role admin", "备份需要角色 admin"},
	{"profiles are for the role admin", "性能剖析需要角色 admin"},
	{"give one API key", "只能给出一个 API 密钥"},
	{"give the API key as `Authorization: Bearer KEY` or `x-api-key: KEY`", "请以 `Authorization: Bearer KEY` 或 `x-api-key: KEY` 给出 API 密钥"},
	{"give the API key as the password, with any user name", "请把 API 密钥作为密码给出，用户名任意"},
	{"its process ended in the middle of it{1}; nothing half-made was published: ask again", "其进程中途结束{1}；没有发布任何未完成的内容：请重新提交"},
	{"more than {1} rows of parameters", "参数超过 {1} 行"},
	{"more than {1} requests a second: ask again in a second", "每秒请求超过 {1} 次：请一秒后再试"},
	{"parameter {1}: {2}", "参数 {1}：{2}"},
	{"plan {1} has no forecast of {2} at site {3}: it is not sold", "计划 {1} 没有 {2} 在地点 {3} 的预测：该物料不销售"},
	{"plan {1} has no order {2} that is pegged", "计划 {1} 中没有已挂钩的订单 {2}"},
	{"plan {1} has no sku {2} at site {3}", "计划 {1} 中没有地点 {3} 的 {2}"},
	{"the plan has no sku {1} at site {2}", "计划中没有地点 {2} 的 {1}"},
	{"there is no sku {1} at site {2}", "没有地点 {2} 的 {1}"},
	{"plan {1} has no suggestion {2}", "计划 {1} 中没有建议 {2}"},
	{"the plan has no suggestion {1}", "计划中没有建议 {1}"},
	{"there is no suggestion {1}", "没有建议 {1}"},
	{"request_id {1} was used for another request", "request_id {1} 已用于另一个请求"},
	{"row {1} of the parameters gives other columns than the first", "参数第 {1} 行得到的列与第一行不同"},
	{"the API key has no role", "此 API 密钥没有角色"},
	{"the API key is expired or revoked", "此 API 密钥已过期或已撤销"},
	{"the API key is not known", "未知的 API 密钥"},
	{"the address is not UTF-8", "地址不是 UTF-8"},
	{"the file could not be read to its end", "文件未能读完"},
	{"the request could not be read to its end", "请求未能读完"},
	{"the first message has no descriptor", "第一条消息没有描述符"},
	{"the host {1} is not known here", "此处不识别主机 {1}"},
	{"the parameters cannot be read: {1}", "参数无法读取：{1}"},
	{"the path cannot be read", "路径无法读取"},
	{"the provider of tokens does not answer", "令牌签发方没有应答"},
	{"the request is larger than {1} bytes", "请求超过 {1} 字节"},
	{"the run is not in the journal", "运行不在日志中"},
	{"the server is shutting down", "服务正在关闭"},
	{"the service was stopped in the middle of it; nothing of it was published: ask again", "服务中途停止；没有发布任何内容：请重新提交"},
	{"the statement has {1} parameters, {2} were given", "语句有 {1} 个参数，给出了 {2} 个"},
	{"the statement is closed, or was not used for {1}: prepare it again", "语句已关闭，或 {1} 未使用：请重新准备"},
	{"the token gives no role here", "此令牌在这里没有角色"},
	{"the token has no claim {1}", "令牌没有声明 {1}"},
	{"the token is not accepted: {1}", "令牌不被接受：{1}"},
	{"the workspace cannot be read", "工作区无法读取"},
	{"there are {1} open statements: close some", "已打开 {1} 个语句：请关闭一些"},
	{"there is no entity set {1}", "没有实体集 {1}"},
	{"there is no operation {1}", "没有操作 {1}"},
	{"there is no override {1}", "没有人工调整 {1}"},
	{"there is no resource {1}", "没有资源 {1}"},
	{"there is no scenario {1}", "没有情景 {1}"},
	{"there is no such profile", "没有此项剖析"},
	{"there is no query parameter {1}", "没有查询参数 {1}"},
	{"there is nothing at {1}; /openapi.json lists what there is", "{1} 处没有内容；/openapi.json 列出了所有接口"},
	{"uploads are larger than limits.upload_bytes, {1} bytes", "上传超过 limits.upload_bytes，即 {1} 字节"},
	{"a table comes as {1} or xlsx", "表的格式有 {1} 或 xlsx"},
	{"the workspace is in use", "工作区正在使用"},

	// Queries.
	{"it ran longer than {1}", "运行超过 {1}"},
	{"it needs more than {1} MiB", "需要超过 {1} MiB 内存"},
	{"it ended its process: most likely it needs more than {1} MiB", "它使其进程结束：很可能需要超过 {1} MiB 内存"},
	{"it is read too slowly, and others wait for its place", "读取过慢，而其他请求在等待"},
	{"more than {1} rows", "超过 {1} 行"},
	{"it is no SELECT", "不是 SELECT"},
	{"it is empty", "内容为空"},
	{"{1} statements", "有 {1} 条语句"},
	{"byte {1} is zero", "第 {1} 个字节为零"},
	{"it has {1} parameters and {2} values for them", "有 {1} 个参数，给出了 {2} 个值"},
	{"no room in the directory of temporary files", "临时文件目录没有空间"},
}

// phrase is an entry of phrases ready to be found.
type phrase struct {
	text
	match *regexp.Regexp
}

var hole = regexp.MustCompile(`\{[1-9]\}`)

// ready are the phrases, those with the most words of their own first: what two of
// them fit is the one that says more.
var ready = sync.OnceValue(func() []phrase {
	list := make([]phrase, len(phrases))
	for i, t := range phrases {
		var b strings.Builder
		at := 0
		for _, h := range hole.FindAllStringIndex(t.en, -1) {
			b.WriteString(regexp.QuoteMeta(t.en[at:h[0]]) + "(.+?)")
			at = h[1]
		}
		b.WriteString(regexp.QuoteMeta(t.en[at:]))
		list[i] = phrase{t, regexp.MustCompile("(?s)^" + b.String() + "$")}
	}
	own := func(p phrase) int { return len(hole.ReplaceAllString(p.en, "")) }
	slices.SortStableFunc(list, func(a, b phrase) int { return cmp.Compare(own(b), own(a)) })
	return list
})

// Detail says a detail of an error or of a finding, which is English, in a
// language. What is no phrase of the catalogue stays as it is.
func Detail(l Language, detail string) string {
	if l != Chinese {
		return detail
	}
	for _, p := range ready() {
		if v := p.match.FindStringSubmatch(detail); v != nil {
			return hole.ReplaceAllStringFunc(p.zh, func(h string) string {
				n, _ := strconv.Atoi(h[1:2]) // a digit, as hole says
				return v[n]
			})
		}
	}
	return detail
}
