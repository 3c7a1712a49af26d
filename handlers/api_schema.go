package handlers

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/nnvisu/nnvisu/handlers/schema"
	"github.com/nnvisu/nnvisu/handlers/wire"
)

// A document is a file for tools: the contract of the API. It is the same for everybody.
type document struct {
	schema.Document
	tag string // of its bytes, without quotes
}

// makeDocuments makes all documents, by their paths.
func (s *Server) makeDocuments() map[string]document {
	facts := schema.Facts{
		Version: s.config.Version, BasePath: s.config.BasePath, MaxPoints: s.config.MaxPoints,
		PrivateMetrics: s.config.PrivateMetrics,
		Statuses:       map[wire.Code][]int{}, Reasons: []string{doneSteps, doneLimit, doneShutdown},
	}
	for _, code := range wire.Codes() {
		facts.Statuses[code] = append([]int{statuses[code]}, otherStatuses[code]...)
	}
	all := map[string]document{}
	for _, d := range schema.Documents(facts) {
		sum := sha256.Sum256(d.Text)
		all[d.Path] = document{d, base64.RawURLEncoding.EncodeToString(sum[:12])}
	}
	return all
}

// document answers with one of the documents. A client asks again each time, and the entity tag saves
// it the bytes: another release may have other ones at the same address.
func (s *Server) document(c echo.Context) error {
	d, ok := s.documents()[strings.TrimPrefix(c.Request().URL.Path, s.config.BasePath)]
	if !ok {
		return echo.ErrNotFound
	}
	body := encoded(c, d.Text, s.packer(d.Path))
	h := c.Response().Header()
	tag := `"` + d.tag
	if coding := h.Get(echo.HeaderContentEncoding); coding != "" { // other bytes, another strong tag
		tag += "-" + coding
	}
	tag += `"`
	h.Set("ETag", tag)
	h.Set("Cache-Control", "no-cache")
	if hasTag(c.Request().Header.Values("If-None-Match"), tag) {
		h.Del(echo.HeaderContentEncoding)
		return c.NoContent(http.StatusNotModified)
	}
	return send(c, http.StatusOK, d.MediaType, body)
}
