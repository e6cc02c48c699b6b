"""The front door for webhooks: plain ASGI before Django, answering 2xx only for what is durable."""
