import threading

from django.db import connection


def in_threads(*calls):
    """Call all at once, each with a connection of its own; the errors they raised."""
    errors, gate = [], threading.Barrier(len(calls))

    def work(call):
        try:
            gate.wait(10)
            call()
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors
