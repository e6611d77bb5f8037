import Catalog
public import HTTPServer
import Ports
import SearchDSL
import SearchService

/// The API's own problems: the one table of code → status.
public enum APIProblem: String, Problem.Code, CaseIterable {
  case invalidParameter = "invalid-parameter"
  case invalidBody = "invalid-body"
  case signInRequired = "sign-in-required"
  case roleRequired = "role-required"
  case formOutOfDate = "form-out-of-date"
  case logIsOff = "query-log-is-off"
  case productNotFound = "product-not-found"
  case listingNotFound = "listing-not-found"
  case facetNotFound = "facet-not-found"
  case searchUnavailable = "search-unavailable"
  case databaseUnavailable = "database-unavailable"
  case notReady = "not-ready"
  case tooManyRequests = "too-many-requests"
  case visitorWanted = "visitor-wanted"
  case exportTooLarge = "export-too-large"
  case rulesRefused = "rules-refused"
  case rulesConflict = "rules-conflict"
  case draftHeldBack = "draft-held-back"
  case draftNotFound = "draft-not-found"
  case versionNotFound = "version-not-found"
  case pricesRefused = "prices-refused"
  case pricesConflict = "prices-conflict"
  case proposalNotFound = "proposal-not-found"
  case orderRefused = "order-refused"
  case orderConflict = "order-conflict"
  case planNotFound = "plan-not-found"
  case experimentRefused = "experiment-refused"
  case experimentConflict = "experiment-conflict"
  case experimentNotFound = "experiment-not-found"
  case metricNotFound = "metric-not-found"

  public var code: String { rawValue }

  public var status: HTTPStatus {
    switch self {
    case .invalidParameter, .invalidBody, .rulesRefused, .pricesRefused, .orderRefused, .experimentRefused: .badRequest
    case .rulesConflict, .pricesConflict, .orderConflict, .draftHeldBack, .experimentConflict: .conflict
    case .signInRequired, .visitorWanted: .unauthorized
    case .exportTooLarge: .contentTooLarge
    case .roleRequired, .formOutOfDate: .forbidden
    case .productNotFound, .listingNotFound, .facetNotFound, .logIsOff, .draftNotFound, .versionNotFound,
      .proposalNotFound, .planNotFound, .experimentNotFound, .metricNotFound:
      .notFound
    case .searchUnavailable, .databaseUnavailable, .notReady: .serviceUnavailable
    case .tooManyRequests: .tooManyRequests
    }
  }

  public var title: String {
    switch self {
    case .invalidParameter: "Invalid parameter"
    case .invalidBody: "Invalid body"
    case .signInRequired: "Sign-in required"
    case .roleRequired: "Another role required"
    case .formOutOfDate: "This form is out of date"
    case .logIsOff: "The query log is off"
    case .productNotFound: "Product not found"
    case .listingNotFound: "Category or brand not found"
    case .facetNotFound: "Facet not found"
    case .searchUnavailable: "Search is not available"
    case .databaseUnavailable: "The database is not available"
    case .notReady: "Not ready"
    case .tooManyRequests: "Too many requests"
    case .visitorWanted: "Visitor wanted"
    case .exportTooLarge: "Export too large"
    case .rulesRefused: "Rules refused"
    case .rulesConflict: "Rules were changed meanwhile"
    case .draftHeldBack: "The gate holds the draft back"
    case .draftNotFound: "Draft not found"
    case .versionNotFound: "Version not found"
    case .pricesRefused: "Prices refused"
    case .pricesConflict: "Prices cannot be changed so"
    case .proposalNotFound: "Proposal or publication not found"
    case .orderRefused: "Order refused"
    case .orderConflict: "The order was changed meanwhile"
    case .planNotFound: "No such plan, order or product"
    case .experimentRefused: "Experiment refused"
    case .experimentConflict: "Experiment cannot be changed so"
    case .experimentNotFound: "Experiment not found"
    case .metricNotFound: "No such metric, report or segment"
    }
  }

  /// How long a client should wait before it asks again what is not available now.
  public static let retryAfterSeconds = 2
}

extension Problem {
  /// The problem that an error of the search flow is to a client; nil for an error of ours, which is a 500.
  public init?(flowError error: any Error) {
    let retry: HTTPHeaders = ["Retry-After": String(APIProblem.retryAfterSeconds)]
    switch error {
    case let error as InvalidInput:
      self.init(
        APIProblem.invalidParameter, detail: error.description, extensions: ["parameter": .string(error.parameter)])
    case let fault as QueryParameters.Fault:
      self.init(
        ServerProblem.invalidQuery, detail: "\(fault).",
        extensions: fault.parameter.map { ["parameter": .string($0)] } ?? [:])
    case is DependencyUnavailable:
      self.init(
        APIProblem.databaseUnavailable,
        detail: "This needs the catalog's database, which does not answer now. Try again.",
        headers: retry)
    case let error as SearchEngineError:
      switch error {
      case .unavailable, .deadlineExceeded, .indexNotFound, .malformedAnswer:
        self.init(
          APIProblem.searchUnavailable, detail: "The search engine does not answer now. Try again.", headers: retry)
      case .refused(let status, _, _, _):
        guard status == 429 || status >= 500 else { return nil }
        self.init(APIProblem.searchUnavailable, detail: "The search engine is busy. Try again.", headers: retry)
      }
    default:
      guard
        let problem = Problem(ruleError: error) ?? Problem(priceError: error) ?? Problem(replenishmentError: error)
          ?? Problem(experimentError: error) ?? Problem(reportingError: error) ?? Problem(customersError: error)
      else { return nil }
      self = problem
    }
  }

  /// The shop keeps no log that could be reported.
  public static let logIsOff = Problem(
    APIProblem.logIsOff, detail: "Searches are not logged in this shop: set queryLog.enabled to have reports.")
}
