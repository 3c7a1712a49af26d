package main

import (
	"fmt"
	"math"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// availableMemory returns how many bytes this process may take: GOMEMLIMIT, the limit of its
// container, or half of the machine's memory, which others use too.
func availableMemory() int64 {
	if limit := debug.SetMemoryLimit(-1); limit < math.MaxInt64 {
		return limit
	}
	system, err := memlimit.FromSystem()
	if err != nil {
		system = 4 << 30
	}
	half := system / 2
	if limit, err := memlimit.FromCgroup(); err == nil && limit < system {
		return int64(limit)
	}
	return int64(half)
}

// limitMemory makes the garbage collector work harder, instead of the process taking more than a
// number of bytes. What is not the collector's, such as the stack of a thread, has a tenth.
func limitMemory(bytes int64) {
	if debug.SetMemoryLimit(-1) == math.MaxInt64 {
		debug.SetMemoryLimit(bytes / 10 * 9)
	}
}

// byteSize is a flag whose value is a number of bytes: 1048576, or 1024KiB, or 1MiB.
type byteSize struct {
	value *int64
	zero  string // how it writes 0: "" where that is not set
}

// byteUnits are the units that a byteSize may have.
var byteUnits = []struct {
	name  string
	bytes int64
}{{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}}

func (b byteSize) String() string {
	if b.value == nil || *b.value == 0 { // see choice
		return b.zero
	}
	return strconv.FormatInt(*b.value, 10)
}

func (b byteSize) Set(s string) error {
	digits, factor := s, int64(1)
	for _, unit := range byteUnits {
		if number, ok := strings.CutSuffix(s, unit.name); ok {
			digits, factor = strings.TrimSpace(number), unit.bytes
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n > math.MaxInt64/factor {
		return fmt.Errorf("want a number of bytes such as 16777216 or 16MiB")
	}
	if n < 0 {
		return fmt.Errorf("must not be negative")
	}
	*b.value = n * factor
	return nil
}
