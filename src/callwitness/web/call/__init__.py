"""One call: verdict, legs, witnesses, comments, history."""
