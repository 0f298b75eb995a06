"""The nightly plan as a DAG of Apache Airflow 2.x or 3.x: import, plan, publish, on a
running server. Needs the planwright binary on the workers and the Airflow variables
planwright_server and planwright_key (and planwright_publish, the target of publish).

Exit code 75 (the server is at work, or cannot be reached) is tried again; any other
failure fails the task at once. --request-id makes a run that is tried again answer
with the plan of the first try.
"""
import os
import subprocess
from datetime import datetime, timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.models import Variable


def planwright(*arguments):
    """Runs a verb on the server."""
    secrets = {"PLANWRIGHT_SERVER": Variable.get("planwright_server"), "PLANWRIGHT_KEY": Variable.get("planwright_key"), "PLANWRIGHT_PUBLISH": Variable.get("planwright_publish", "")}
    code = subprocess.run(["planwright", *arguments], env={**os.environ, **secrets}, check=False).returncode
    if code == 75:
        raise AirflowException("try again later")
    if code != 0:
        raise AirflowFailException(f"planwright {arguments[0]}: exit code {code}; the log says why")


@dag(schedule="30 2 * * 1-6", start_date=datetime(2026, 1, 1), catchup=False, max_active_runs=1, default_args={"retries": 6, "retry_delay": timedelta(minutes=10)})
def planwright_nightly():
    @task
    def load():
        planwright("import", "/inbox", "--max-bad", "0.01")

    @task
    def plan(ds=None):
        planwright("run", "--request-id", f"nightly-{ds}")

    @task
    def publish():
        planwright("publish")

    load() >> plan() >> publish()


planwright_nightly()
