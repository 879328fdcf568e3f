"""Who signs in to the demo. Development data only: the command refuses when DEBUG is off."""

PASSWORD = "journeyloop-demo"  # noqa: S105 # shown on the sign-in page of every development server

COACH = "coach@demo.local"
NEWCOMER = "new@demo.local"
CLIENT = "client@demo.local"
OPERATOR = "operator@demo.local"

SIGN_INS = (
    (COACH, "Maya, a coach in mid-practice"),
    (NEWCOMER, "Noor, a coach on the first day"),
    (CLIENT, "Adaeze, a client of Maya's"),
    (OPERATOR, "The operator"),
)
