package snapshot

/*
#include <stdlib.h>

void planwrightNumberPairs(void *, void *, void *);
typedef void (*scalarFunction)(void *, void *, void *);
typedef void (*freeFunction)(void *);
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"runtime/cgo"
	"unsafe"

	"github.com/duckdb/duckdb-go/v2/mapping"

	"planwright"
)

// pairFunction makes a function name(item, site) of SQL that numbers pairs in a
// book. DuckDB calls it from its own threads, with a chunk of rows at a time.
// forget must be called when no query can run it any more.
func (c *Conn) pairFunction(ctx context.Context, name string, b *pairBook) (forget func(), err error) {
	f := mapping.CreateScalarFunction()
	defer mapping.DestroyScalarFunction(&f)
	mapping.ScalarFunctionSetName(f, name)
	for range 2 {
		t := mapping.CreateLogicalType(mapping.TypeVarchar)
		mapping.ScalarFunctionAddParameter(f, t)
		mapping.DestroyLogicalType(&t)
	}
	t := mapping.CreateLogicalType(mapping.TypeInteger)
	mapping.ScalarFunctionSetReturnType(f, t)
	mapping.DestroyLogicalType(&t)
	mapping.ScalarFunctionSetSpecialHandling(f) // NULL is a code, too
	handle := cgo.NewHandle(b)
	at := C.malloc(C.size_t(unsafe.Sizeof(handle))) // DuckDB keeps the address: memory of C
	*(*cgo.Handle)(at) = handle
	mapping.ScalarFunctionSetExtraInfo(f, at, unsafe.Pointer(C.freeFunction(C.free)))
	mapping.ScalarFunctionSetFunction(f, unsafe.Pointer(C.scalarFunction(C.planwrightNumberPairs)))
	// A transaction of its own: that of a query before may still be open, and
	// would take the function with it.
	if err = c.Exec(ctx, "BEGIN"); err == nil {
		if mapping.RegisterScalarFunction(c.c, f) == mapping.StateError {
			err = fail(planwright.CodeInternal, "import", name, "DuckDB refuses the function", "", nil)
		}
		err = errors.Join(err, c.Exec(ctx, "COMMIT"))
	}
	if err != nil {
		handle.Delete()
		return nil, err
	}
	return handle.Delete, nil
}

//export planwrightNumberPairs
func planwrightNumberPairs(info, input, output unsafe.Pointer) {
	call := mapping.FunctionInfo{Ptr: info}
	defer func() { // a panic must not run into DuckDB
		if p := recover(); p != nil {
			mapping.ScalarFunctionSetError(call, fmt.Sprint("numbering pairs: ", p))
		}
	}()
	b := (*(*cgo.Handle)(mapping.ScalarFunctionGetExtraInfo(call))).Value().(*pairBook)
	ch := newChunk(mapping.DataChunk{Ptr: input})
	item, site := ch.col(0), ch.col(1)
	if !b.number(unsafe.Slice((*int32)(mapping.VectorGetData(mapping.Vector{Ptr: output})), ch.n), &item, &site) {
		mapping.ScalarFunctionSetError(call, "too many codes")
	}
}
