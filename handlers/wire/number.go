package wire

import (
	"errors"
	"net/url"
	"strings"

	"github.com/nnvisu/nnvisu/nn"
	"github.com/nnvisu/nnvisu/nn/setting"
)

// ReadInt reads a whole number. An error names the path.
func ReadInt(text, path string, dst *int) error {
	return TextError(setting.ParseWhole(text, path, dst))
}

// ReadFloat reads a finite decimal number. An error names the path.
func ReadFloat(text, path string, dst *float64) error {
	return TextError(setting.ParseReal(text, path, dst))
}

// ReadSeed reads a seed. An error names the path.
func ReadSeed(text, path string, dst *uint32) error {
	return TextError(setting.ParseSeed(text, path, dst))
}

// FormInt reads a whole number from a field of a form. A field that is empty changes nothing.
func FormInt(form url.Values, field string, dst *int) error {
	return formNumber(form, field, dst, ReadInt)
}

// FormFloat reads a number from a field of a form. A field that is empty changes nothing.
func FormFloat(form url.Values, field string, dst *float64) error {
	return formNumber(form, field, dst, ReadFloat)
}

func formNumber[T any](
	form url.Values, field string, dst *T, read func(text, path string, dst *T) error,
) error {
	if text := strings.TrimSpace(form.Get(field)); text != "" {
		return read(text, field, dst)
	}
	return nil
}

// TextError returns what a client is told about a text that package setting could not read.
func TextError(err error) error {
	var syntax *setting.SyntaxError
	var field *nn.FieldError
	switch {
	case errors.As(err, &syntax):
		return Malformed(syntax.Field, "%s; got %q", syntax.Want, Clip(syntax.Got))
	case errors.As(err, &field):
		return Invalid(field.Field, "%s", field.Message)
	}
	return err
}
