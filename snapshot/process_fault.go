package snapshot

import (
	"context"
	"errors"

	"planwright"
)

// Fault is an error on its way from a process to the one that started it.
type Fault struct {
	Code, Op, Subject, What, Fix, Cause string
	Args                                []string
	Cancelled                           bool
}

// FaultOf takes an error apart. One that is not ours is INTERNAL.
func FaultOf(err error) Fault {
	if errors.Is(err, context.Canceled) {
		return Fault{Cancelled: true}
	}
	var own *planwright.Error
	if !errors.As(err, &own) {
		return Fault{Code: planwright.CodeInternal.String(), What: err.Error(), Args: []string{"detail", firstLine(err.Error())}}
	}
	f := Fault{Code: own.Code.String(), Op: own.Op, Subject: own.Subject, What: own.What, Fix: own.Fix, Args: own.Args}
	if own.Err != nil {
		f.Cause = own.Err.Error()
	}
	return f
}

// Err puts the error together again: a [planwright.Error], or that of a cancelled
// context.
func (f Fault) Err() error {
	if f.Cancelled {
		return context.Canceled
	}
	code, ok := planwright.ParseCode(f.Code)
	if !ok {
		code = planwright.CodeInternal
	}
	e := &planwright.Error{Code: code, Op: f.Op, Subject: f.Subject, What: f.What, Fix: f.Fix, Args: f.Args}
	if f.Cause != "" {
		e.Err = errors.New(f.Cause)
	}
	return e
}
