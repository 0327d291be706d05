package wire

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf16"
	"unicode/utf8"
)

// OpCode is an operation of a DOM body; DOM.md gives its operands.
type OpCode byte

// The operations of version 1.
const (
	OpAt        OpCode = 0x01
	OpElement   OpCode = 0x02
	OpUp        OpCode = 0x03
	OpText      OpCode = 0x04
	OpShadow    OpCode = 0x05
	OpContent   OpCode = 0x06
	OpBox       OpCode = 0x07
	OpRemove    OpCode = 0x10
	OpMove      OpCode = 0x11
	OpAttr      OpCode = 0x12
	OpUnattr    OpCode = 0x13
	OpData      OpCode = 0x14
	OpValue     OpCode = 0x15
	OpChecked   OpCode = 0x16
	OpSelected  OpCode = 0x17
	OpScroll    OpCode = 0x18
	OpFocus     OpCode = 0x19
	OpHover     OpCode = 0x1a
	OpSelection OpCode = 0x1b
	OpOpen      OpCode = 0x1c
	OpMedia     OpCode = 0x1d
	OpPicture   OpCode = 0x1e
	OpDefined   OpCode = 0x1f
	OpSheet     OpCode = 0x20
	OpAdopt     OpCode = 0x21
	OpRule      OpCode = 0x22
	OpUnrule    OpCode = 0x23
	OpResource  OpCode = 0x24
	OpSize      OpCode = 0x25
	OpTitle     OpCode = 0x26
	OpStates    OpCode = 0x27
	OpAssign    OpCode = 0x28
	OpHighlight OpCode = 0x29
	OpAnimate   OpCode = 0x2a
	OpPlayback  OpCode = 0x2b
	OpMoves     OpCode = 0x2c
)

// operands spells each operation's operands: v varint, z svarint, s string, k key, f float32, p count and that many
// varints, a count and that many pairs of strings, t count and that many strings.
var operands = map[OpCode]string{
	OpAt: "vv", OpElement: "vsa", OpUp: "", OpText: "s", OpShadow: "v", OpContent: "v", OpBox: "a",
	OpRemove: "v", OpMove: "vvv", OpAttr: "vss", OpUnattr: "vs", OpData: "vs", OpValue: "vs", OpChecked: "vv",
	OpSelected: "vp", OpScroll: "vzz", OpFocus: "vv", OpHover: "v", OpSelection: "vvvv", OpOpen: "vv", OpMedia: "vvfff",
	OpPicture: "vk", OpDefined: "v", OpSheet: "vvvsk", OpAdopt: "vp", OpRule: "vps", OpUnrule: "vp", OpResource: "kk",
	OpSize: "vff", OpTitle: "s", OpStates: "vt", OpAssign: "vp", OpHighlight: "svp",
	OpAnimate: "vvsssvvvfffff", OpPlayback: "vvff", OpMoves: "vvp",
}

// Limits of the string table of an epoch.
const (
	maxTableEntries     = 65_536
	maxTableEntryLength = 256 // UTF-16 units
)

// Op is one decoded operation: its operands by kind, each list in the order DOM.md names them.
type Op struct {
	Code    OpCode
	Numbers []int64 // varints and svarints, counts left out
	Strings []string
	Keys    [][KeyBytes]byte
	Floats  []float32
}

// Errors of a DOM body.
var (
	ErrTruncated = errors.New("operands end early")
	ErrOp        = errors.New("unknown operation")
	ErrString    = errors.New("string reference outside the table or the section")
	ErrTable     = errors.New("string table over its limit")
	ErrInflated  = errors.New("body over the inflated limit")
)

// DOMDecoder decodes the bodies of one epoch in order. The zero value stands at the start of a snapshot.
type DOMDecoder struct{ table []string }

// Decode reads one inflated body. After an error the epoch cannot go on.
func (d *DOMDecoder) Decode(body []byte) ([]Op, error) {
	if len(body) > MaxInflatedBytes {
		return nil, fmt.Errorf("decode DOM body: %w", ErrInflated)
	}
	n, used := binary.Uvarint(body)
	if used <= 0 || used > 5 || n > uint64(len(body)-used) {
		return nil, fmt.Errorf("decode DOM body: %w", ErrTruncated)
	}
	r := opReader{table: &d.table, ops: body[used : used+int(n)]}
	if section := body[used+int(n):]; len(section) > 0 {
		if !utf8.Valid(section) || section[len(section)-1] != 0 {
			return nil, fmt.Errorf("decode DOM body: %w", ErrString)
		}
		r.section = bytes.Split(section[:len(section)-1], []byte{0})
	}
	var list []Op
	for len(r.ops) > 0 {
		op, err := r.next()
		if err != nil {
			return nil, fmt.Errorf("decode operation %d: %w", len(list), err)
		}
		list = append(list, op)
	}
	return list, nil
}

type opReader struct {
	table   *[]string
	ops     []byte
	section [][]byte
}

func (r *opReader) next() (op Op, err error) {
	op.Code = OpCode(r.ops[0])
	spelling, ok := operands[op.Code]
	if !ok {
		return op, ErrOp
	}
	r.ops = r.ops[1:]
	for _, operand := range spelling {
		if err := r.operand(&op, operand); err != nil {
			return op, err
		}
	}
	return op, nil
}

func (r *opReader) operand(op *Op, operand rune) error {
	switch operand {
	case 'v', 'z':
		n, err := r.varint()
		if operand == 'z' {
			n = n>>1 ^ -(n & 1)
		}
		op.Numbers = append(op.Numbers, n)
		return err
	case 's':
		s, err := r.string()
		op.Strings = append(op.Strings, s)
		return err
	case 'k':
		if len(r.ops) < KeyBytes {
			return ErrTruncated
		}
		op.Keys = append(op.Keys, [KeyBytes]byte(r.ops))
		r.ops = r.ops[KeyBytes:]
		return nil
	case 'f':
		if len(r.ops) < 4 {
			return ErrTruncated
		}
		op.Floats = append(op.Floats, math.Float32frombits(binary.LittleEndian.Uint32(r.ops)))
		r.ops = r.ops[4:]
		return nil
	}
	each := map[rune]string{'p': "v", 'a': "ss", 't': "s"}[operand]
	n, err := r.varint()
	if err != nil {
		return err
	}
	if n > int64(len(r.ops)) { // every counted thing takes a byte at least
		return ErrTruncated
	}
	for range n {
		for _, one := range each {
			if err := r.operand(op, one); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *opReader) varint() (int64, error) {
	n, used := binary.Uvarint(r.ops)
	if used <= 0 || used > 5 || n > math.MaxUint32 {
		return 0, ErrTruncated
	}
	r.ops = r.ops[used:]
	return int64(n), nil
}

func (r *opReader) string() (string, error) {
	ref, err := r.varint()
	if err != nil {
		return "", err
	}
	if ref >= 2 {
		if ref-2 >= int64(len(*r.table)) {
			return "", ErrString
		}
		return (*r.table)[ref-2], nil
	}
	if len(r.section) == 0 {
		return "", ErrString
	}
	s := string(r.section[0])
	r.section = r.section[1:]
	if ref == 1 {
		if len(*r.table) >= maxTableEntries || utf16Length(s) > maxTableEntryLength {
			return "", ErrTable
		}
		*r.table = append(*r.table, s)
	}
	return s, nil
}

func utf16Length(s string) (n int) {
	for _, c := range s {
		n += utf16.RuneLen(c)
	}
	return n
}

// Inflate returns the frame's body, inflated if it was deflated, at most MaxInflatedBytes of it. Of an asset the key
// stays in front.
func Inflate(f Frame) ([]byte, error) {
	body := f.Body()
	if f.Flags()&FlagDeflated == 0 {
		return body, nil
	}
	var head []byte
	if f.Kind() == Asset {
		if len(body) < KeyBytes {
			return nil, fmt.Errorf("inflate asset: %w", ErrShort)
		}
		head, body = body[:KeyBytes:KeyBytes], body[KeyBytes:]
	}
	z := flate.NewReader(bytes.NewReader(body))
	plain, err := io.ReadAll(io.LimitReader(z, MaxInflatedBytes+1))
	if err != nil {
		return nil, fmt.Errorf("inflate %s: %w", f.Kind(), err)
	}
	if len(plain) > MaxInflatedBytes {
		return nil, fmt.Errorf("inflate %s: %w", f.Kind(), ErrInflated)
	}
	return append(head, plain...), nil
}
