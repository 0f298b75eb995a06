// Package lang is the one message catalogue: every text that people read, by
// key, in English and in Chinese. It is pure. A key that lacks a language fails
// the package's test, and so does a key that the source asks for and the
// catalogue does not have.
//
// A text may hold values in braces, by name: {item}, {qty}. [Text] fills them
// in; numbers come formatted, so that both languages show the same figures.
package lang

import (
	"sort"
	"strings"
)

// Language is a language of the catalogue.
type Language uint8

// The languages.
const (
	English Language = iota
	Chinese
)

// Parse reads a language from a flag or a locale: zh, zh_CN.UTF-8, en, C.
func Parse(s string) Language {
	if strings.HasPrefix(strings.ToLower(s), "zh") {
		return Chinese
	}
	return English
}

// String returns en or zh.
func (l Language) String() string {
	if l == Chinese {
		return "zh"
	}
	return "en"
}

// text is one entry of the catalogue.
type text struct{ en, zh string }

// catalogue joins the entries of every file of the package.
var catalogue = map[string]text{}

func register(entries map[string]text) bool {
	for k, v := range entries {
		if _, twice := catalogue[k]; twice {
			panic("lang: key " + k + " twice")
		}
		catalogue[k] = v
	}
	return true
}

// Has says whether the catalogue has the key.
func Has(key string) bool { _, ok := catalogue[key]; return ok }

// Keys returns every key, sorted.
func Keys() []string {
	keys := make([]string, 0, len(catalogue))
	for k := range catalogue {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}

// Text returns the text of a key in a language, with the values filled in:
// pairs of name and value. A key that the catalogue lacks returns itself.
func Text(l Language, key string, pairs ...string) string {
	t, ok := catalogue[key]
	if !ok {
		return key
	}
	s := t.en
	if l == Chinese {
		s = t.zh
	}
	if len(pairs) == 0 || !strings.Contains(s, "{") {
		return s
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		s = strings.ReplaceAll(s, "{"+pairs[i]+"}", pairs[i+1])
	}
	return s
}

// Pairs splits the numbers of a reason, name=value;name=value, into pairs for
// [Text].
func Pairs(s string) []string {
	if s == "" {
		return nil
	}
	var p []string
	for _, kv := range strings.Split(s, ";") {
		k, v, _ := strings.Cut(kv, "=")
		p = append(p, k, v)
	}
	return p
}
