//go:build tools

// Package tools names the program that tests render the chart with: its version and the hashes of all of its
// modules are in go.mod and go.sum.
package tools

import _ "helm.sh/helm/v3/cmd/helm"
