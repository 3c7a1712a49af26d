package once

import (
	"container/heap"
	"time"
)

// An entry is an answer in memory. The rank says which goes first: the one that took least time for
// its bytes, among those that were not asked for lately. This is GreedyDual-Size (Cao and Irani,
// Cost-Aware WWW Proxy Caching Algorithms, 1997): the rank is what an answer is worth, the time that
// it took divided by its size, above the rank of what was evicted last.
type entry struct {
	key    string
	answer Answer
	size   int64
	worth  float64 // seconds for a byte
	rank   float64
	place  int // in the heap
}

// bytesOfEntry is what an entry takes besides its body and its key.
const bytesOfEntry = 512

func sizeOf(key string, a Answer) int64 {
	return bytesOfEntry + int64(len(key)) + int64(cap(a.Body)) + int64(len(a.Type))
}

// largestPart is which part of the memory one answer may take, so that it does not drive out all
// others.
const largestPart = 4

// keep puts an answer into memory, if it is not too large, and evicts what then is too much.
func (c *Cache) keep(key string, a Answer, took time.Duration) {
	size := sizeOf(key, a)
	if size > c.most/largestPart {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept[key] != nil { // two computed it
		return
	}
	for c.stats.Bytes+size > c.most {
		e := heap.Pop(&c.order).(*entry)
		delete(c.kept, e.key)
		c.floor = e.rank
		c.stats.Bytes -= e.size
		c.stats.Evicted++
	}
	e := &entry{key: key, answer: a, size: size, worth: took.Seconds() / float64(size)}
	e.rank = c.floor + e.worth
	c.kept[key] = e
	heap.Push(&c.order, e)
	c.stats.Bytes += size
}

// order is a heap of entries, the one that goes first on top.
type order []*entry

func (o order) Len() int           { return len(o) }
func (o order) Less(i, j int) bool { return o[i].rank < o[j].rank }

func (o order) Swap(i, j int) {
	o[i], o[j] = o[j], o[i]
	o[i].place, o[j].place = i, j
}

// Push and Pop are for package heap.
func (o *order) Push(e any) {
	e.(*entry).place = len(*o)
	*o = append(*o, e.(*entry))
}

func (o *order) Pop() any {
	last := len(*o) - 1
	e := (*o)[last]
	(*o)[last] = nil
	*o = (*o)[:last]
	return e
}
