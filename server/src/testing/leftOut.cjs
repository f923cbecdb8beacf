// Stands in for parts of the Kubernetes client that the bundle leaves out: its models, and proxies of its own.
module.exports = {};
