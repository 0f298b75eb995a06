package lang

// Publishing a plan.
var _ = register(map[string]text{
	"cli.publish":        {"put a plan's views into PostgreSQL, or its file elsewhere, at one moment", "把计划视图一次性发布到 PostgreSQL，或复制计划文件"},
	"cli.publish.schema": {"schema of PostgreSQL that readers use", "供读者使用的 PostgreSQL 模式"},
	"cli.publish.keep":   {"older publications whose tables stay", "保留的历史发布数"},
	"cli.publish.done":   {"plan {id} is published to {target}, {n} rows", "计划 {id} 已发布到 {target}，共 {n} 行"},
	"cli.publish.left":   {"schema {schema} of an older publication is in use and stays until the next one", "旧发布模式 {schema} 正在使用，保留到下次发布"},
	"cli.flag.publish":   {"publish the plan there when it is made: postgres://user@host/database or FILE.duckdb; may come more than once", "计划完成后发布到：postgres://user@host/database 或 FILE.duckdb；可重复"},

	"name.PUBLISH_FAILED": {"Publishing failed", "发布失败"},
	"what.PUBLISH_FAILED": {"the plan was not published: {detail}; readers see what they saw before", "计划未发布：{detail}；读者看到的内容不变"},
	"fix.PUBLISH_FAILED":  {"Look at the address, the rights to create schemas, and the space of the database; then planwright publish again.", "检查地址、创建模式的权限和数据库空间，然后重新执行 planwright publish。"},
})
