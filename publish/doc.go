// Package publish puts the star schema of a plan where other people's tools look
// for it: a schema of PostgreSQL, or a copy of the plan's file. What readers see
// changes at one moment, from the plan before to this one; a publication that
// fails or is stopped changes nothing.
package publish
