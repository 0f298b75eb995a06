// Package api serves a workspace: gRPC and its REST gateway, health,
// reflection, the OpenAPI document, metrics and table downloads, all on one
// port. A handler decodes, makes one call into the rooms that know, and
// encodes; nothing about planning is decided here.
//
// The services are defined in planwright/v1/*.proto, one file each, and
// implemented here in a Go file of the same name. What they share:
//
//	server, gateway      one port: gRPC by content type, REST through the same interceptors
//	auth, listen         who may call, and where the server may listen
//	intercept            request ids, log, panics, metrics
//	errors, problem      errors as google.rpc.Status, on REST as RFC 9457
//	operations           long-running work: progress, cancellation, request ids
//	filter, order, page  AIP-160, AIP-132 and AIP-158 over a list's columns
//	list                 one page of a table as messages
package api
