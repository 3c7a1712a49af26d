package fair

import (
	"cmp"
	"container/heap"
	"time"
)

// A node is what a [Queue] knows of an address or of a tab. The nodes are a tree: the root, the
// addresses, the tabs of each. Among the children of a node it is start-time fair queueing (Goyal,
// Vin and Cheng, 1997, section 2), with times measured and not announced.
//
// Each node has a virtual time: the CPU time that it has had, divided by its weight. The child with
// the least is next. A parent's clock says where its children are. A child that comes begins at the
// clock, so nobody saves up time by not asking. The clock is the largest virtual time at which a
// child was given a turn. It also goes on by half of the CPU time given to all children, divided by
// the weights of those that are active: otherwise newcomers, who all begin at the clock, would keep
// those out who have had a turn. Half, so that it does not get ahead of those who always compute,
// and newcomers behind them.
type node struct {
	parent  *node
	key     any           // in the parent's children
	virtual time.Duration // at which the next turn begins
	arrived uint64        // decides between equal virtual times
	index   int           // in the parent's ready, or -1
	held    int           // tokens of this node and those below
	counted int           // in the parent's load

	children map[any]*node
	ready    readyHeap // children with somebody who waits
	clock    time.Duration
	arrivals uint64 // children that entered ready, ever
	load     int    // sum of the weights of active children
	crowded  int    // children that are too many to keep those that do nothing

	// Of a tab.
	waiting [kinds][]waiter
	turn    Kind // whose turn is next, if both kinds wait
}

// child returns the child with a key.
func (n *node) child(key any) *node {
	c := n.children[key]
	if c == nil {
		if n.children == nil {
			n.children = map[any]*node{}
		}
		c = &node{parent: n, key: key, virtual: n.clock, index: -1}
		n.children[key] = c
	}
	return c
}

// isActive reports whether the node waits or computes.
func (n *node) isActive() bool { return n.held > 0 || n.index >= 0 }

// weight returns the node's share among its siblings: of an address the number of its active tabs,
// up to a limit.
func (n *node) weight() int { return weight(n.load) }

// weigh brings the loads of the parents up to date.
func (n *node) weigh() {
	for ; n.parent != nil; n = n.parent {
		now := 0
		if n.isActive() {
			now = n.weight()
		}
		n.parent.load += now - n.counted
		n.counted = now
	}
}

func (n *node) waits() bool {
	return len(n.ready) > 0 || len(n.waiting[Request])+len(n.waiting[Frame]) > 0
}

// come brings a node that did nothing to the clock, and its parents with it.
func (n *node) come() {
	for ; n.parent != nil; n = n.parent {
		if !n.isActive() {
			n.virtual = max(n.virtual, n.parent.clock)
		}
	}
}

// queue puts a node, and its parents, among those that are ready.
func (n *node) queue() {
	for ; n.parent != nil && n.index < 0; n = n.parent {
		n.parent.arrivals++
		n.arrived = n.parent.arrivals
		heap.Push(&n.parent.ready, n)
	}
}

// unqueue takes a node out, and the parents that have nobody left who waits.
func (n *node) unqueue() {
	for ; n.parent != nil && n.index >= 0 && !n.waits(); n = n.parent {
		heap.Remove(&n.parent.ready, n.index)
	}
}

// requeue puts a node that had a turn behind others of the same virtual time, or takes it out.
func (n *node) requeue() {
	if !n.waits() {
		n.unqueue()
	}
	for ; n.parent != nil; n = n.parent {
		if n.index >= 0 {
			n.parent.arrivals++
			n.arrived = n.parent.arrivals
			heap.Fix(&n.parent.ready, n.index)
		}
	}
}

// next returns the tab that is next, or nil if nobody waits.
func (n *node) next() *node {
	for len(n.ready) > 0 {
		n = n.ready[0]
	}
	if n.parent == nil {
		return nil
	}
	return n
}

// serve moves the clocks to a node that is given a turn.
func (n *node) serve() {
	for ; n.parent != nil; n = n.parent {
		n.parent.clock = max(n.parent.clock, n.virtual)
	}
}

// hold counts tokens.
func (n *node) hold(d int) {
	for ; n != nil; n = n.parent {
		n.held += d
	}
}

// charge counts CPU time that a node has had.
func (n *node) charge(d time.Duration) {
	for d = max(d, 0); n.parent != nil; n = n.parent {
		n.virtual += d / time.Duration(n.weight())
		n.parent.clock += d / time.Duration(2*max(1, n.parent.load))
		if n.index >= 0 {
			heap.Fix(&n.parent.ready, n.index)
		}
	}
}

// mostIdle is how many children may be kept that do nothing. Beyond it, they are forgotten although
// they have had more CPU time than others.
const mostIdle = 1024

// forget forgets a node that does nothing. One that is ahead of the clock is kept until the clock
// has passed it: it would otherwise be a newcomer with each request.
func (n *node) forget() {
	parent := n.parent
	if parent == nil {
		return
	}
	n.drop(false)
	if len(parent.children) > 2*parent.crowded+mostIdle {
		for _, c := range parent.children {
			c.drop(true)
		}
		parent.crowded = len(parent.children)
	}
	parent.forget()
}

// drop removes a node that does nothing and is not ahead of the clock, or is to go in any case.
func (n *node) drop(anyway bool) {
	if n.isActive() || n.parent.children[n.key] != n {
		return
	}
	if alone := n.parent.held == 0 && len(n.parent.ready) == 0; anyway || alone || n.virtual <= n.parent.clock {
		delete(n.parent.children, n.key)
	}
}

// readyHeap is a [heap.Interface], the node that is next first.
type readyHeap []*node

func (h readyHeap) Len() int { return len(h) }

func (h readyHeap) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(h[i].virtual, h[j].virtual), cmp.Compare(h[i].arrived, h[j].arrived)) < 0
}

func (h readyHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

func (h *readyHeap) Push(n any) {
	n.(*node).index = len(*h)
	*h = append(*h, n.(*node))
}

func (h *readyHeap) Pop() any {
	last := len(*h) - 1
	n := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	n.index = -1
	return n
}
