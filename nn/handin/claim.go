// Package handin compares what a run that is handed in claims to have reached with what its journal
// leads to.
//
// A hand-in is the text of a journal, a point, and the text of a [Claim]; or the file of a state with its
// journal. The claim says in some forty bytes what the run came to, part by part, so that what does not
// agree can be named. It is no signature: who can write a journal can write a claim. What counts is
// what the replay gives.
package handin

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"math"
	"slices"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/journal"
)

// A Sum is the beginning of the SHA-256 of a part of a run.
type Sum [4]byte

// A Claim is what a run came to.
type Claim struct {
	Loss    float64 // of the points for training; NaN where there are none
	Acts    int     // how many
	Seed    uint32
	Release Sum // whose pages made it
	Doings  Sum // the acts, and the steps at which they were done
	Data    Sum
	// Settings is the config without the seed.
	Settings Sum
	Weights  Sum // the network, with the optimizer's moments
}

// New returns what a run came to: its journal, the state that it leads to, and the loss of that.
func New(j journal.Journal, s nn.State, loss float64) Claim {
	c := Claim{Loss: loss, Acts: len(j.Entries), Seed: s.Config.Seed}
	parts := partsOf(j, s)
	for i, sum := range c.sums() {
		copy(sum[:], parts[i][:])
	}
	return c
}

// Digest tells equal runs from others, for which a claim is too short: a run is its release, the state with
// which it begins, whatever recipe makes that, its acts, and the state that they lead to.
func Digest(j journal.Journal, first, last nn.State) string {
	whole := sha256.New()
	fmt.Fprintln(whole, first.Config.Seed, last.Config.Seed)
	begun := partsOf(journal.Journal{}, first)
	parts := partsOf(j, last)
	for _, sum := range slices.Concat(begun[:], parts[:]) {
		whole.Write(sum[:])
	}
	return hex.EncodeToString(whole.Sum(nil)[:8])
}

// partsOf returns the sums of what a run came to, in the order of a claim.
func partsOf(j journal.Journal, s nn.State) [5][sha256.Size]byte {
	s.Config.Seed = 0
	return [...][sha256.Size]byte{
		sha256.Sum256([]byte(j.Release)), sha256.Sum256([]byte(doings(j))), sumOfPoints(s.Data), sumOfConfig(s.Config), sumOfNetwork(s.Network),
	}
}

// sums are the sums of a claim in the order of its text.
func (c *Claim) sums() []*Sum { return []*Sum{&c.Release, &c.Doings, &c.Data, &c.Settings, &c.Weights} }

// version is that of the encoding. It is the first byte.
const version = 1

// Text returns the claim as base64url. The bytes are, in this order: the version; the loss, in big
// endian; the number of the acts and the seed, as varints; the sums; the CRC-32 of all that, in big endian;
// and a zero, so that the text ends in the letter A.
func (c Claim) Text() string {
	b := binary.BigEndian.AppendUint64([]byte{version}, math.Float64bits(c.Loss))
	b = binary.AppendUvarint(b, uint64(c.Acts))
	b = binary.AppendUvarint(b, uint64(c.Seed))
	for _, sum := range c.sums() {
		b = append(b, sum[:]...)
	}
	return base64.RawURLEncoding.EncodeToString(journal.AppendSum(b))
}

// longest is more characters than a claim has, and MaxText than a hand-in.
const (
	longest = 100
	MaxText = (journal.MaxBytes*4+2)/3 + 1 + longest
)

var errDamaged = errors.New("its claim was cut off or changed on its way")

// Read reads the text of a claim. The error is for people: a claim that was cut off or changed on its
// way is no forgery.
func Read(text string) (c Claim, err error) {
	bytes, err := base64.RawURLEncoding.Strict().DecodeString(text[:min(len(text), longest)])
	if err != nil || len(bytes) < 1+8+1+1+5*len(Sum{})+crc32.Size+1 {
		return c, errDamaged
	}
	if bytes[0] != version {
		return c, errors.New("its claim is written in a version that this server does not read")
	}
	end := len(bytes) - crc32.Size - 1
	acts, n := binary.Uvarint(bytes[9:end])
	seed, m := binary.Uvarint(bytes[9+max(n, 0) : end])
	at := 9 + n + m
	if binary.BigEndian.Uint32(bytes[end:]) != crc32.ChecksumIEEE(bytes[:end]) || n <= 0 || m <= 0 || end-at != 5*len(Sum{}) ||
		acts > journal.MaxEntries || seed > math.MaxUint32 {
		return c, errDamaged
	}
	c = Claim{Loss: math.Float64frombits(binary.BigEndian.Uint64(bytes[1:])), Acts: int(acts), Seed: uint32(seed)}
	for _, sum := range c.sums() {
		at += copy(sum[:], bytes[at:])
	}
	if c.Text() != text { // other bytes may say the same
		return Claim{}, errDamaged
	}
	return c, nil
}

// Join returns the text of a hand-in, and Split takes it apart. A journal alone is one without a claim.
func Join(journal, claim string) string {
	if journal == "" || claim == "" {
		return journal
	}
	return journal + "." + claim
}

// Split is the other way round than [Join].
func Split(text string) (journal, claim string) {
	journal, claim, _ = strings.Cut(text, ".")
	return journal, claim
}
