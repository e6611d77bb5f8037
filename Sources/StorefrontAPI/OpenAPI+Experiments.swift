import Experiments
import JSON

extension OpenAPI {
  private static let experimentName: [JSONValue] = [
    [
      "name": "name", "in": "path", "required": true, "description": "The experiment's name",
      "schema": ["type": "string", "pattern": "^[a-z][a-z0-9-]{0,59}$"],
    ]
  ]

  static let experiments = staffOperation("experiments", "The experiments, newest first", "Experiments")
  static let describeExperiment = staffOperation(
    "describeExperiment", "Describe an experiment; nobody is in it until it starts", "Experiment",
    description:
      "The first arm is the control. An arm without ranking and rules goes by what the shop has in force. ranking is off (the search engine's order), hand-set or model:NUMBER.",
    body: "NewExperiment", status: "201")
  static let experiment = staffOperation("experiment", "An experiment", "Experiment", of: experimentName)
  static let deleteExperiment = staffOperation(
    "deleteExperiment", "Delete an experiment that did not start", nil, status: "204", of: experimentName)
  static let readExperiment = staffOperation(
    "readExperiment", "What the arms' visitors did, and what may be concluded from it", "ExperimentReading",
    description:
      "sequential holds at every look; fixed is there once each arm has the planned visitors. Where is_readable is false no figure means anything.",
    of: experimentName)
  static let startExperiment = staffOperation(
    "startExperiment", "Start an experiment; every server takes it up within two seconds", "Experiment",
    of: experimentName)
  static let rampExperiment = staffOperation(
    "rampExperiment", "Let a larger share of the visitors take part", "Experiment", body: "ExperimentRamp",
    of: experimentName)
  static let stopExperiment = staffOperation(
    "stopExperiment", "Stop an experiment for ever; it can still be read", "Experiment", body: "ExperimentStop",
    of: experimentName)
}

extension OpenAPISchemas {
  private static let arm = object(
    ["name": string, "weight": integer, "ranking": string, "rules": integer], optional: ["ranking", "rules"])
  private static let newArm = object(
    ["name": string, "weight": integer, "ranking": string, "rules": integer], optional: ["weight", "ranking", "rules"])
  private static let test = object(["change": number, "low": number, "high": number, "p": number])

  static let experiments: JSONObject = [
    "Experiments": object(["experiments": array(ref("Experiment")), "holdout_percent": number]),
    "Experiment": object(
      [
        "name": string, "question": string, "kind": string, "state": string, "arms": array(arm), "layer": string,
        "first_bucket": integer, "end_bucket": integer, "exposed_percent": number, "metric": string,
        "planned_visitors": integer, "devices": array(string), "customers": array(string), "author": string,
        "created_at": string, "started_at": string, "stopped_at": string, "conclusion": string,
      ], optional: ["started_at", "stopped_at"]),
    "NewExperiment": object(
      [
        "name": string, "question": string, "kind": ["enum": ["arms", "interleaving"]], "arms": array(newArm),
        "layer": string, "first_bucket": integer, "end_bucket": integer, "exposed_percent": number,
        "metric": ["enum": .array(ExperimentMetric.allCases.map { .string($0.rawValue) })], "planned_visitors": integer,
        "devices": array(["enum": .array(ExperimentVisitor.Device.allCases.map { .string($0.rawValue) })]),
        "customers": array(["enum": .array(ExperimentVisitor.Customer.allCases.map { .string($0.rawValue) })]),
      ],
      optional: [
        "kind", "layer", "first_bucket", "end_bucket", "exposed_percent", "metric", "planned_visitors", "devices",
        "customers",
      ]),
    "ExperimentRamp": object(["percent": number]),
    "ExperimentStop": object(["conclusion": string]),
    "ExperimentReading": object(
      [
        "experiment": string, "verdict": string, "is_readable": boolean, "is_complete": boolean,
        "arms": array(object(["name": string, "visitors": integer])), "visitors_of_several_arms": integer,
        "sample_ratio_p": number, "needed_visitors_an_arm": integer,
        "comparisons": array(
          object(
            [
              "arm": string, "metric": string, "control_mean": number, "arm_mean": number, "sentence": string,
              "variance_removed": number, "sequential": test, "fixed": test, "chance_to_be_better": number,
            ], optional: ["sequential", "fixed", "chance_to_be_better"])),
        "interleaving": object([
          "wins": integer, "losses": integer, "ties": integer, "preference": number, "p": number,
        ]),
      ], optional: ["sample_ratio_p", "needed_visitors_an_arm", "interleaving"]),
  ]
}
