/// A request's method; only methods that a router can route are known.
public enum HTTPMethod: String, Sendable, CaseIterable, Hashable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case put = "PUT"
  case patch = "PATCH"
  case delete = "DELETE"
  case options = "OPTIONS"
  /// Known so as to be refused by name where no route takes it, as RFC 9110 asks of methods that are registered.
  case query = "QUERY"
  /// No route takes it, for it gives back cookies and credentials; it is known so as to be refused by name.
  case trace = "TRACE"
}
