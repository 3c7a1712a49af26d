package stream

import (
	"fmt"
	"runtime"
)

// A PanicError is a panic that was recovered: a bug of ours.
type PanicError struct {
	Value any
	Stack []byte
}

func (e PanicError) Error() string { return fmt.Sprintf("panic: %v\n%s", e.Value, e.Stack) }

// Recovered returns the error of a value that recover returned, with the stack of its caller.
func Recovered(value any) error {
	stack := make([]byte, 16<<10)
	return PanicError{value, stack[:runtime.Stack(stack, false)]}
}
