package privacy

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// Where an address is cut when only a part of it is kept.
const (
	keptBitsIPv4 = 16
	keptBitsIPv6 = 32
)

// KeepAddress returns what may be kept of a under a Collection's IP: nothing, a with its end set to zero, or all of it.
// An IPv4 address mapped into IPv6 is taken as IPv4, a zone is never kept, and an unknown mode keeps nothing.
func KeepAddress(mode string, a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	a = a.Unmap().WithZone("")
	switch mode {
	case IPFull:
		return a.String()
	case IPTruncated:
		bits := keptBitsIPv6
		if a.Is4() {
			bits = keptBitsIPv4
		}
		prefix, err := a.Prefix(bits)
		if err != nil {
			return ""
		}
		return prefix.Addr().String()
	}
	return ""
}

// Blocked says whether one of the patterns matches a. A pattern is an address ("192.0.2.7", "2001:db8::7"), a block in CIDR
// notation (RFC 4632 §3.1, RFC 4291 §2.3), or an address with wildcards: "192.0.2.*", "10.*.*.7", "10.*", "2001:db8:*". A
// wildcard stands for one octet or one group of four hex digits, the last one for all that remain; beside wildcards "::"
// is not understood. Addresses that are IPv4 mapped into IPv6 are taken as IPv4 on both sides.
func Blocked(patterns []string, a netip.Addr) bool {
	for _, text := range patterns {
		if pattern, err := parseAddressPattern(text); err == nil && pattern.matches(a) {
			return true
		}
	}
	return false
}

// addressPattern matches addresses of value's family that agree with it wherever mask has a one.
type addressPattern struct{ value, mask netip.Addr }

func (p addressPattern) matches(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.Is4() != p.value.Is4() {
		return false
	}
	value, mask, bytes := p.value.AsSlice(), p.mask.AsSlice(), a.AsSlice()
	for i := range bytes {
		if (bytes[i]^value[i])&mask[i] != 0 {
			return false
		}
	}
	return true
}

var errAddressPattern = errors.New("no address, CIDR block or address with wildcards")

func addressPatternProblem(text string) string {
	if _, err := parseAddressPattern(text); err != nil {
		return "is " + err.Error()
	}
	return ""
}

func parseAddressPattern(text string) (addressPattern, error) {
	switch {
	case strings.Contains(text, "*"):
		return parseWildcards(text)
	case strings.Contains(text, "/"):
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			return addressPattern{}, errAddressPattern
		}
		return prefixPattern(prefix)
	}
	address, err := netip.ParseAddr(text)
	if err != nil || address.Zone() != "" {
		return addressPattern{}, errAddressPattern
	}
	return prefixPattern(netip.PrefixFrom(address, address.BitLen()))
}

func prefixPattern(prefix netip.Prefix) (addressPattern, error) {
	address, bits := prefix.Addr(), prefix.Bits()
	if address.Is4In6() {
		if bits -= 96; bits < 0 { // it would hold addresses of both families
			return addressPattern{}, errAddressPattern
		}
		address = address.Unmap()
	}
	mask := make([]byte, address.BitLen()/8)
	for i := range bits {
		mask[i/8] |= 0x80 >> (i % 8)
	}
	ones, _ := netip.AddrFromSlice(mask)
	return addressPattern{address, ones}, nil
}

func parseWildcards(text string) (addressPattern, error) {
	separator, parts, base, bytes := ".", 4, 10, 1
	if strings.Contains(text, ":") {
		separator, parts, base, bytes = ":", 8, 16, 2
	}
	given := strings.Split(text, separator)
	if len(given) > parts || (len(given) < parts && given[len(given)-1] != "*") {
		return addressPattern{}, errAddressPattern
	}
	value, mask := make([]byte, parts*bytes), make([]byte, parts*bytes)
	for i, part := range given {
		if part == "*" {
			continue
		}
		number, err := strconv.ParseUint(part, base, 8*bytes)
		if err != nil || len(part) > 4 || (base == 10 && len(part) > 1 && part[0] == '0') { // 010 is 8 to some, 10 to others
			return addressPattern{}, errAddressPattern
		}
		for b := range bytes {
			value[i*bytes+b] = byte(number >> (8 * (bytes - 1 - b)))
			mask[i*bytes+b] = 0xff
		}
	}
	valueAddress, _ := netip.AddrFromSlice(value)
	maskAddress, _ := netip.AddrFromSlice(mask)
	return addressPattern{valueAddress, maskAddress}, nil
}
