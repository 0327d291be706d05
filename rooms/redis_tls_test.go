package rooms

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// selfSigned writes a certificate for loopback and its key, and returns who trusts it.
func selfSigned(t *testing.T, dir string) *x509.CertPool {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	for name, block := range map[string]*pem.Block{"cert": {Type: "CERTIFICATE", Bytes: der}, "key": {Type: "EC PRIVATE KEY", Bytes: private}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool := x509.NewCertPool()
	parsed, _ := x509.ParseCertificate(der)
	pool.AddCert(parsed)
	return pool
}

func TestAllGoesOverTLSWithAPassword(t *testing.T) {
	dir, port := t.TempDir(), freePort()
	pool := selfSigned(t, dir)
	server := ownRedis(t, "--tls-port", port, "--tls-cert-file", filepath.Join(dir, "cert"), "--tls-key-file",
		filepath.Join(dir, "key"), "--tls-auth-clients", "no")
	control := server.client()
	defer control.Close()
	if err := control.ConfigSet(t.Context(), "requirepass", "open sesame").Err(); err != nil {
		t.Fatal(err)
	}
	address := redisAddress{hosts: []string{"127.0.0.1:" + port}, password: "open sesame", tls: &tls.Config{RootCAs: pool}}
	var nodes []busNode
	for _, name := range []string{"a", "b"} {
		r := newRedis(address)
		t.Cleanup(func() { r.Close() })
		own(t, NewRedisShared(r, [32]byte{}), "room of "+name, name)
		n := busNode{Bus: NewRedisBus(r, name), ear: newEar(t), name: name}
		run(t, func(ctx context.Context) { n.Run(ctx, n.ear) })
		wait(t, name+" is connected", 10*time.Second, n.Connected)
		nodes = append(nodes, n)
	}
	meet(t, nodes...)
	for why, wrong := range map[string]redisAddress{
		"wrong password":      {hosts: address.hosts, password: "wrong", tls: address.tls},
		"unknown certificate": {hosts: address.hosts, password: address.password, tls: &tls.Config{}},
		"no TLS":              {hosts: address.hosts, password: address.password},
	} {
		r := newRedis(wrong)
		b := NewRedisBus(r, "c")
		ctx, stop := context.WithTimeout(t.Context(), 500*time.Millisecond)
		b.Run(ctx, newEar(t))
		stop()
		if listed, err := nodes[0].Nodes(t.Context()); err != nil || slices.Contains(listed, "c") {
			t.Errorf("%s: the nodes are %v, %v", why, listed, err)
		}
		if b.Connected() {
			t.Errorf("%s: connected", why)
		}
		r.Close()
	}
}
