//! How an app is rolled out.
