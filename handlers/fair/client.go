// Package fair shares what a server has little of among its clients: the CPUs by [Queue], places
// and memory by [Pool]. Who asks for little gets it, however much others ask for.
//
// A client is a tab of a browser at an address. Addresses are equal, and so are the tabs of one
// address. An address with many tabs, as a school has, counts as so many clients, up to a limit.
// Without the limit a program could take everything by inventing tabs.
package fair

import "net/netip"

// A Client is a tab at an address. The zero Client is one like any other.
type Client struct {
	Addr netip.Prefix
	Tab  string // "" of a program, which has none
}

// mostTabs is how many tabs of an address count.
const mostTabs = 64

// weight returns how many clients an address with a number of tabs counts as.
func weight(tabs int) int { return max(1, min(tabs, mostTabs)) }
