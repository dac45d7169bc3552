//go:build !linux

package tools

func letGo(string) {} // Linux counts so
