"""The whole product on one page: the verbs of the ring, in the order one uses them.

    import_file          a file becomes examples, all of it or nothing
        ↓
    vote, add_up         labeling functions vote; the votes become probable labels
        ↓
    review_queue, answer people decide what functions cannot, and every decision is kept
        ↓
    freeze_dataset       answers become an immutable version: train, validation, exam
        ↓
    start_run            a model learns it, in a process of its own
        ↓
    evaluate_run         scores with intervals, beside the untrained model and the majority class
        ↓
    browse_errors        what it gets wrong on validation, with the data that taught it
        ↓
    report_finding       the one thing that travels back: examples to review, a function to write
        ↓
    promote, watch_drift the model in use, and what its use teaches

The pages, the command line and `make loop` call these and nothing below them. Where a project
stands on the ring is `studio.standing.where_are_we`.
"""

from studio.stations.actions import proposals, take_action, taken
from studio.stations.aggregation import (
    Comparison,
    choose_aggregator,
    compare_aggregators,
    doubts_about,
)
from studio.stations.alike import alike, labels_alike
from studio.stations.asking import ask, what_to_ask
from studio.stations.browsing import (
    carry_out,
    facts_of,
    find,
    plan_batch,
    recent_batches,
    rule_of,
    undo_batch,
)
from studio.stations.dataset import freeze_dataset, latest_dataset, plan_dataset, resolve_all
from studio.stations.diagnosis import diagnose, read_diagnosis
from studio.stations.embedding import (
    clusters,
    embed,
    has_map,
    map_of,
    missing_embeddings,
    nearest,
)
from studio.stations.errors import (
    browse_errors,
    close_finding,
    nearest_candidates,
    nearest_training_rows,
    report_finding,
)
from studio.stations.estimates import estimate_labels
from studio.stations.evaluation import evaluate_run, read_evaluation
from studio.stations.functions import (
    Numbered,
    disable,
    enable,
    history,
    remove,
    restore,
    rows_of,
    save_function,
    versions_of,
)
from studio.stations.guidelines import read_guidelines, write_guidelines
from studio.stations.importing import (
    MOST_LABELS,
    import_file,
    read_examples,
    suggest_mapping,
)
from studio.stations.labels import (
    SEEN_SPLITS,
    Progress,
    Trial,
    add_up,
    columns,
    functions_digest,
    judge_functions,
    last_votes,
    list_functions,
    seen_examples,
    try_function,
    tuning_gold,
    vote,
    voter,
    votes_are_current,
)
from studio.stations.ledger import Entry, ledger
from studio.stations.measuring import criteria
from studio.stations.people import (
    agreements,
    confusion_of,
    gold_questions,
    people_of,
    said_in,
    to_decide,
)
from studio.stations.preferences import collect_preferences, export_preferences, ratings
from studio.stations.quick import (
    accuracy_of,
    answers_since,
    is_worth_refitting,
    own_accuracy_of,
    quick_folder,
    quick_model,
    refit,
)
from studio.stations.record import audit, export_annotations, import_annotations
from studio.stations.resources import resources_of, similar_bound
from studio.stations.responses import candidate_responses, compare_cards
from studio.stations.review import (
    answer,
    draw_round,
    front_of_queue,
    mix_of,
    review_queue,
)
from studio.stations.reviewers import whoami
from studio.stations.spans import (
    add_up_marks,
    judge_marks,
    mark,
    opinions,
    probable_spans,
    span_gold,
    try_marks,
)
from studio.stations.suggestions import accept, ask_for_functions, dismiss, suggest_functions
from studio.stations.training import (
    cancel_run,
    draft_run,
    estimate_run,
    list_runs,
    read_state,
    resume_run,
    run_folder,
    start_run,
)
from studio.stations.use import (
    bring_back,
    import_requests,
    live_run,
    promote,
    requests_worth_labelling,
    retraining,
    roll_back,
    watch_drift,
)

__all__ = [
    "MOST_LABELS",
    "SEEN_SPLITS",
    "Comparison",
    "Entry",
    "Numbered",
    "Progress",
    "Trial",
    "accept",
    "accuracy_of",
    "add_up",
    "add_up_marks",
    "agreements",
    "alike",
    "answer",
    "answers_since",
    "ask",
    "ask_for_functions",
    "audit",
    "bring_back",
    "browse_errors",
    "cancel_run",
    "candidate_responses",
    "carry_out",
    "choose_aggregator",
    "close_finding",
    "clusters",
    "collect_preferences",
    "columns",
    "compare_aggregators",
    "compare_cards",
    "confusion_of",
    "criteria",
    "diagnose",
    "disable",
    "dismiss",
    "doubts_about",
    "draft_run",
    "draw_round",
    "embed",
    "enable",
    "estimate_labels",
    "estimate_run",
    "evaluate_run",
    "export_annotations",
    "export_preferences",
    "facts_of",
    "find",
    "freeze_dataset",
    "front_of_queue",
    "functions_digest",
    "gold_questions",
    "has_map",
    "history",
    "import_annotations",
    "import_file",
    "import_requests",
    "is_worth_refitting",
    "judge_functions",
    "judge_marks",
    "labels_alike",
    "last_votes",
    "latest_dataset",
    "ledger",
    "list_functions",
    "list_runs",
    "live_run",
    "map_of",
    "mark",
    "missing_embeddings",
    "mix_of",
    "nearest",
    "nearest_candidates",
    "nearest_training_rows",
    "opinions",
    "own_accuracy_of",
    "people_of",
    "plan_batch",
    "plan_dataset",
    "probable_spans",
    "promote",
    "proposals",
    "quick_folder",
    "quick_model",
    "ratings",
    "read_diagnosis",
    "read_evaluation",
    "read_examples",
    "read_guidelines",
    "read_state",
    "recent_batches",
    "refit",
    "remove",
    "report_finding",
    "requests_worth_labelling",
    "resolve_all",
    "resources_of",
    "restore",
    "resume_run",
    "retraining",
    "review_queue",
    "roll_back",
    "rows_of",
    "rule_of",
    "run_folder",
    "said_in",
    "save_function",
    "seen_examples",
    "similar_bound",
    "span_gold",
    "start_run",
    "suggest_functions",
    "suggest_mapping",
    "take_action",
    "taken",
    "to_decide",
    "try_function",
    "try_marks",
    "tuning_gold",
    "undo_batch",
    "versions_of",
    "vote",
    "voter",
    "votes_are_current",
    "watch_drift",
    "what_to_ask",
    "whoami",
    "write_guidelines",
]
