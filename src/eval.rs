//! The meaning of expressions: operators and built-ins on values, and the interpreter of expressions of the plan.
