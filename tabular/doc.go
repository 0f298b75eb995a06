// Package tabular tells what the text of a table is: its encoding, separator,
// header, total rows, the way it writes numbers and days, and what its titles
// mean. It reads no files: it gets bytes and cells and gives answers, so that
// every way in (CSV, workbooks, web pages, databases) is judged by one set of
// rules.
package tabular
