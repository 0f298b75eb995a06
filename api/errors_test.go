package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"unicode"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"

	"planwright"
	"planwright/lang"
)

// TestSystemStatus: a full disk and a missing right have codes of their own for
// a client, and the server's log has them.
func TestSystemStatus(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   codes.Code
		reason string
		logged bool
	}{
		{fmt.Errorf("plan: %w", &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}), codes.ResourceExhausted, "DISK_FULL", true},
		{&planwright.Error{Code: planwright.CodeFileNotFound, Subject: "x", Err: os.ErrPermission}, codes.FailedPrecondition, "NO_PERMISSION", true},
		{&planwright.Error{Code: planwright.CodeFileNotFound, Subject: "x", Err: os.ErrNotExist}, codes.NotFound, "FILE_NOT_FOUND", false},
		{errors.New("odd"), codes.Internal, "INTERNAL", true},
	} {
		st := (&Server{}).toStatus(c.err, lang.English, "r1")
		info, ok := st.Details()[0].(*errdetails.ErrorInfo)
		if !ok || st.Code() != c.code || info.Reason != c.reason || isServers(st) != c.logged {
			t.Errorf("%v: %v, in the log %t", c.err, st, isServers(st))
		}
	}
}

// TestChineseDetails: what is wrong with a field, what is refused and what a check
// finds is said in Chinese to who asks for it, down to its values.
func TestChineseDetails(t *testing.T) {
	v := planned(t, 0, true, nil)
	for path, want := range map[string]string{
		"/v1/plans/latest/plannedOrders?page_size=-1":    "用法错误：page_size -1 小于 0",
		"/v1/plans/latest/plannedOrders?filter=supplier": "用法错误：filter 第 1 个字符 \"supplier\"：应为字段之一：order_id",
		"/v1/plans/latest/tables/nothing":                "未找到：plans/latest 没有表 nothing",
		"/v1/sql?sql=SELECT%201%3BSELECT%202":            "查询被拒绝：有 2 条语句",
		"/v1/forecasts":                                  "",
	} {
		a := v.do("GET", path, "", "Accept-Language", "zh-CN")
		var p problem
		if err := json.Unmarshal(a.body, &p); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(p.Message, want) || !chinese(p.Message) || chinese(p.Detail) {
			t.Errorf("%s: %q, %q; want %q", path, p.Message, p.Detail, want)
		}
		for _, f := range p.Fields {
			if !chinese(f.Message) || chinese(f.Detail) {
				t.Errorf("%s: field %+v", path, f)
			}
		}
	}
	english := list(v.get("/v1/snapshots/latest:check"), "checks")
	found := 0
	for i, c := range list(v.do("GET", "/v1/snapshots/latest:check", "", "Accept-Language", "zh").json(t), "checks") {
		for k, f := range list(c, "findings") {
			found++
			if said := fmt.Sprint(f["message"]); !chinese(said) {
				t.Errorf("%v: %s, in English %v", c["code"], said, list(english[i], "findings")[k]["message"])
			}
		}
	}
	if found < 3 {
		t.Errorf("the check has %d findings: the test shows too little", found)
	}
}

// chinese says whether a text has Chinese in it.
func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
