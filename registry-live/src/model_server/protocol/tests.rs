//! The forms of the APIs: requests as their clients send them, answers as their clients read them.
